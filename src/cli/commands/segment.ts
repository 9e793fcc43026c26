/** `pacto segment …`: the rules that choose a strategy, and what they propose. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { publishSegments, readSegments } from '../../register/segment-set.ts';
import { decideProposal, proposalsPage, proposeStrategies } from '../../register/strategy-proposal.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import { table, type Output } from '../output.ts';

/** `pacto segment publish <file>`. */
export async function publishSegmentFile(flags: GlobalFlags, output: Output, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${file} cannot be read.`, { cause });
  });
  const { created, segments } = await withRegister(flags, (ctx) => publishSegments(ctx, CLI_ACTOR, text));
  output.answer({ created, version: segments.version }, [created ? `published: segments version ${segments.version}.` : `nothing to do: these are the segments of version ${segments.version}.`]);
}

/** `pacto segment list`. */
export async function listSegmentSets(flags: GlobalFlags, output: Output): Promise<void> {
  const sets = await withRegister(flags, (ctx) => readSegments(ctx));
  const [newest] = sets;
  output.answer(sets, newest === undefined ? ['no segments: agreements without a strategy get the standard one.'] : table([
    ['segment', 'strategy', 'if'], ...newest.definition.segments.map((one) => [one.key, one.strategy, JSON.stringify(one.if)]), ['(otherwise)', newest.definition.otherwise, ''],
  ]));
}

/** `pacto segment propose`: the daily look, now. */
export async function proposeNow(flags: GlobalFlags, output: Output): Promise<void> {
  const done = await withRegister(flags, (ctx) => proposeStrategies(ctx));
  output.answer(done, [`${done.proposed} proposed, ${done.withdrawn} withdrawn.`]);
}

/** `pacto segment proposals`: the open ones. */
export async function listOpenProposals(flags: GlobalFlags, output: Output): Promise<void> {
  const { items } = await withRegister(flags, (ctx) => proposalsPage(ctx, CLI_ACTOR, { limit: 200, state: 'open' }));
  output.answer(items, items.length === 0 ? ['no open proposal.'] : items.map(({ id, agreementId, text }) => `${id}  ${agreementId}  ${text.es}`));
}

/** `pacto segment approve|reject <proposal>`. */
export async function decideNow(flags: GlobalFlags, output: Output, id: string, verdict: 'approved' | 'rejected'): Promise<void> {
  const proposal = await withRegister(flags, (ctx) => decideProposal(ctx, CLI_ACTOR, id, verdict));
  output.answer(proposal, [`${verdict}: ${proposal.text.es}`]);
}
