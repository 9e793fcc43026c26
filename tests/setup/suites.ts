/** Which test folders need no server: they are the fast part (`npm run check`); every other folder gets a real PostgreSQL and a real Temporal. */
export const PURE_FOLDERS = ['architecture', 'bank-file', 'cli', 'config', 'contact-law', 'domain', 'lint', 'mutants', 'observability', 'readme', 'replay', 'replies', 'scripts', 'setup', 'strategy', 'text'] as const;
