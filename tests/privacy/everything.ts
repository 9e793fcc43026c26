/** Everything that an administrator, a log or a creditor's export can show, as plain texts with their place; payloads decoded. */
import type { LivingSandbox } from '../setup/living-sandbox.ts';
import { stories } from '../life/story.ts';

export interface Text {
  readonly where: string;
  readonly text: string;
}

/** Strings, keys and decoded bytes of a value, however deep. */
function* textsOf(value: unknown, where: string): Generator<Text> {
  if (typeof value === 'string') yield { where, text: value };
  else if (value instanceof Uint8Array) yield { where, text: Buffer.from(value).toString('utf8') };
  else if (value instanceof Map) for (const entry of value) yield* textsOf(entry, where);
  else if (Array.isArray(value)) for (const [index, one] of value.entries()) yield* textsOf(one, `${where}[${index}]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      yield { where, text: key };
      yield* textsOf(one, `${where}.${key}`);
    }
  }
}

/** What Temporal holds of every execution: ids, list, description, each event of each history, and what its queries answer. */
export async function temporalTexts(pacto: LivingSandbox): Promise<Text[]> {
  const found: Text[] = [];
  for (const { workflowId, runId, handle, history } of await stories(pacto)) {
    found.push({ where: `${workflowId} id`, text: workflowId }, ...textsOf((await handle.describe()).raw, `${workflowId} description`));
    for (const event of history.events ?? []) found.push(...textsOf(event, `${workflowId} ${runId} event ${String(event.eventId)}`));
    found.push(...textsOf(await handle.query('__temporal_workflow_metadata'), `${workflowId} details`));
  }
  for await (const listed of pacto.gateway.client.workflow.list({ query: `TaskQueue = '${pacto.taskQueue}'` })) found.push(...textsOf(listed.raw, `${listed.workflowId} list`));
  return found;
}

/** The captured log, line by line. */
export function logTexts(pacto: LivingSandbox): Text[] {
  return pacto.logLines.map((text, index) => ({ where: `log line ${index + 1}`, text }));
}

/** Every entry of every timeline. */
export async function timelineTexts({ db }: LivingSandbox): Promise<Text[]> {
  const rows = await db.selectFrom('timeline_entry').selectAll().execute();
  return rows.flatMap((row) => [...textsOf(row, `timeline ${row.agreement_id} ${row.seq}`)]);
}

/** Lower case, without accents. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The places where one of the secrets stands: `<place>: <secret>`. */
export function leaks(texts: readonly Text[], secrets: readonly string[]): string[] {
  const wanted = secrets.map((secret) => ({ secret, plain: plain(secret) }));
  return [...new Set(texts.flatMap(({ where, text }) => {
    const searched = plain(text);
    return wanted.filter((one) => searched.includes(one.plain)).map(({ secret }) => `${where}: ${secret}`);
  }))];
}
