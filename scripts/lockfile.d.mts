export function installedAsLocked(
  lock: { packages: Record<string, { version?: string; optional?: boolean; devOptional?: boolean }> },
  installed: { packages: Record<string, { version?: string }> },
): boolean;
