/** `pacto source …`: where a creditor's debtors come from. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { readEnvironment } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { sourceBody } from '../../register/source/definition.ts';
import { answerOf, disableSource, findSource, listSources, lookAt, putSource, sourcesFolder, type SourceAnswer } from '../../register/source/sources.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import { minute, table, type Output } from '../output.ts';

/** `pacto source add <file>`; ERR_BODY names every field that is wrong. */
export async function addSource(flags: GlobalFlags, output: Output, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${file} cannot be read.`, { cause });
  });
  const parsed = sourceBody.safeParse(documentOf(text));
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
    throw new AppError('ERR_BODY', `The source is not valid: ${errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`, { errors });
  }
  const { created, source } = await withRegister(flags, (ctx) => putSource(ctx, CLI_ACTOR, parsed.data));
  output.answer({ created, source }, [created ? `saved: ${source.creditorId}/${source.name} version ${source.version}.` : `nothing to do: this is version ${source.version} of ${source.creditorId}/${source.name}.`]);
}

function documentOf(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new AppError('ERR_BODY', 'The file is neither JSON nor YAML.', { cause });
  }
}

/** `pacto source list`. */
export async function listAll(flags: GlobalFlags, output: Output, options: { creditor?: string }): Promise<void> {
  const { items } = await withRegister(flags, (ctx) => listSources(ctx, CLI_ACTOR, { limit: 200, creditorId: options.creditor }));
  output.answer(items, items.length === 0 ? ['no sources: pacto source add <file> makes one.'] : table([['source', 'kind', 'version', 'state', 'last delivery'], ...items.map(line)]));
}

function line({ creditorId, name, kind, version, active, lastRun }: SourceAnswer): string[] {
  return [`${creditorId}/${name}`, kind, String(version), active ? 'active' : 'disabled', lastRun === undefined ? '-' : `${lastRun.state} ${minute(lastRun.claimedAt)}${lastRun.error === undefined ? '' : `: ${lastRun.error}`}`];
}

/** `pacto source run <creditor/name>`: what the worker does when it is time; a delivery goes on in the worker. */
export async function runNow(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const { moved, source } = await withRegister(flags, async (ctx, { dataFolder }) => {
    const found = await findSource(ctx, CLI_ACTOR, ref);
    const did = await lookAt({ ctx, base: sourcesFolder(dataFolder), secrets: (name) => readEnvironment().variables[name] }, found);
    return { moved: did, source: await answerOf(ctx, await findSource(ctx, CLI_ACTOR, ref)) };
  });
  const { lastRun } = source;
  output.answer({ moved, source }, [moved && lastRun !== undefined ? `${ref}: delivery ${lastRun.id} ${lastRun.state}${lastRun.error === undefined ? '' : `: ${lastRun.error}`}.` : `${ref}: nothing new (a file is taken once it has not changed for a while).`]);
}

/** `pacto source disable <creditor/name>`. */
export async function disable(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const source = await withRegister(flags, (ctx) => disableSource(ctx, CLI_ACTOR, ref));
  output.answer(source, [`${source.creditorId}/${source.name} is disabled.`]);
}
