/** Which part of Pacto may import which: one direction, as a table. */

/** The part a file belongs to: a folder of the project, or a single file that everybody knows. */
const PARTS = [
  'src/domain', 'src/contact-law', 'src/strategy/feasibility', 'src/strategy', 'src/text', 'src/replies', 'src/errors.ts', 'src/clock.ts', 'src/config.ts', 'src/config-variables.ts', 'src/observability',
  'src/db', 'src/channels', 'src/register', 'src/client', 'src/intake', 'src/http', 'src/console', 'src/cli', 'src/worker', 'src/sandbox',
  'workflows', 'activities',
] as const;
export type Part = (typeof PARTS)[number];

const PURE = ['src/domain', 'src/contact-law', 'src/strategy', 'src/strategy/feasibility', 'src/text', 'src/errors.ts', 'src/clock.ts'] as const satisfies readonly Part[];
const EVERYWHERE = [...PURE, 'src/config.ts', 'src/observability'] as const satisfies readonly Part[];

/** Besides itself. `workflows` means its contract (names and payloads); see CONTRACT. */
export const MAY_IMPORT: Readonly<Record<Part, readonly Part[]>> = {
  'src/errors.ts': [],
  'src/clock.ts': [],
  'src/domain': ['src/strategy', 'src/errors.ts'],
  'src/strategy': ['src/domain', 'src/errors.ts'],
  'src/contact-law': ['src/domain', 'src/errors.ts'],
  // Apart from the strategy itself, which workflow code reads: the sweep asks the contact law.
  'src/strategy/feasibility': ['src/domain', 'src/strategy', 'src/contact-law', 'src/errors.ts'],
  'src/text': ['src/domain', 'src/strategy', 'src/contact-law', 'src/errors.ts'],
  'src/replies': ['src/domain', 'src/errors.ts'],
  'src/config-variables.ts': [],
  'src/config.ts': ['src/config-variables.ts', 'src/errors.ts'],
  'src/observability': ['src/config.ts', 'src/errors.ts'],
  'src/db': [...EVERYWHERE, 'workflows'],
  'src/channels': EVERYWHERE,
  'src/register': [...EVERYWHERE, 'src/replies', 'src/db', 'src/channels', 'workflows'],
  'src/client': [...EVERYWHERE, 'src/db', 'workflows'],
  'src/intake': [...EVERYWHERE, 'src/db', 'src/channels', 'src/register', 'src/client', 'workflows'],
  'src/console': [...EVERYWHERE, 'src/db', 'src/register', 'src/client'],
  'src/http': [...EVERYWHERE, 'src/db', 'src/channels', 'src/register', 'src/client', 'src/intake', 'src/console'],
  workflows: ['src/domain', 'src/strategy'],
  activities: [...EVERYWHERE, 'src/db', 'src/channels', 'src/register', 'workflows'],
  'src/worker': [...EVERYWHERE, 'src/db', 'src/channels', 'src/register', 'activities', 'workflows'],
  'src/sandbox': [...EVERYWHERE, 'src/db', 'src/channels', 'src/register', 'src/client', 'src/worker', 'src/console', 'workflows'],
  'src/cli': [...EVERYWHERE, 'src/replies', 'src/db', 'src/channels', 'src/register', 'src/client', 'src/intake', 'src/http', 'src/worker', 'src/sandbox', 'workflows'],
};

/** What the outside may import of the workflows: data and names, never a workflow function. */
export const CONTRACT: ReadonlySet<string> = new Set(['workflows/contract.ts', 'workflows/agreement-story.ts', 'workflows/queues.ts']);

/** Files of which other parts may import the types, though not the part's code; each with its reason. */
export const TYPES_OF: ReadonlyMap<string, string> = new Map([
  ['src/sandbox/clock/sandbox-clock.ts', 'the API serves the clock of a sandbox; the CLI hands it in'],
]);

/** The part of a project path, or null. */
export function partOf(path: string): Part | null {
  return PARTS.find((part) => path === part || path.startsWith(`${part}/`)) ?? null;
}

/** Why a file may not import another, or null when it may. */
export function refusal(from: string, to: string, typeOnly: boolean): string | null {
  const [importer, imported] = [partOf(from), partOf(to)];
  if (importer === null || imported === null) return `${from} -> ${to}: belongs to no part of the table`;
  if (importer === imported) return null;
  if (typeOnly && TYPES_OF.has(to)) return null;
  if (!MAY_IMPORT[importer].includes(imported)) return `${from} -> ${to}: ${importer} may not import ${imported}`;
  if (imported === 'workflows' && !CONTRACT.has(to)) return `${from} -> ${to}: only the contract of the workflows may be imported`;
  return null;
}
