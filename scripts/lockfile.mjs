// Is node_modules what package-lock.json says? npm writes node_modules/.package-lock.json as its very last act, so an interrupted install shows.

/**
 * True when every locked package is installed in its locked version; optional ones (other platforms) may be absent.
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> }} lock package-lock.json
 * @param {{ packages: Record<string, { version?: string }> }} installed node_modules/.package-lock.json
 * @returns {boolean}
 */
export function installedAsLocked(lock, installed) {
  return Object.entries(lock.packages).every(([path, locked]) => {
    if (path === '') return true;
    const present = installed.packages[path];
    if (present === undefined) return locked.optional === true || locked.devOptional === true;
    return present.version === locked.version;
  });
}
