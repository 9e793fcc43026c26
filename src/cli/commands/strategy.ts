/** `pacto strategy …`: validate, diff and feasibility need no server and no database; publish and migrate act on an installation. */
import { readFile, writeFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { checkStrategy } from '../../strategy/check.ts';
import { differencesOf } from '../../strategy/difference.ts';
import { parseStrategy } from '../../strategy/schema.ts';
import { shippedStrategies } from '../../strategy/shipped.ts';
import type { Strategy } from '../../strategy/strategy.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import type { Output } from '../output.ts';

const COUNTRY = /^[A-Z]{2}$/;

export interface ValidateOptions {
  readonly country?: string;
  /** Only the form: no sweep over the year. */
  readonly quick?: boolean;
}

/** Prints what the file says; what cannot work or cannot be lived under the law is ERR_STRATEGY, with the step each concerns. */
export async function validateStrategy(output: Output, file: string, { country, quick }: ValidateOptions): Promise<void> {
  if (country !== undefined && !COUNTRY.test(country)) throw new AppError('ERR_USAGE', '--country must be two capital letters, such as CL.');
  const strategy = parseStrategy(await textOf(file), { version: 1 });
  const problems = checkStrategy(strategy, country);
  const { refusals, warnings } = problems.length > 0 || quick === true ? { refusals: [], warnings: [] } : await lived(strategy, country);
  const all = [...problems, ...refusals.map(({ step, message }) => ({ step, message }))];
  const valid = all.length === 0;
  output.answer({ id: strategy.id, country: strategy.country, steps: strategy.steps.length, valid, problems: all, warnings }, valid ? [
    `${strategy.id}: ${strategy.steps.length} steps for ${country ?? strategy.country.join(', ')}, no problem found.`,
    ...warnings.map(({ step, message }) => `  ${step ?? strategy.id} ${message}`),
  ] : []);
  if (!valid) {
    throw new AppError('ERR_STRATEGY', `The strategy ${strategy.id} has ${all.length} problem${all.length === 1 ? '' : 's'}.`,
      { errors: all.map(({ step, message }) => ({ path: step ?? strategy.id, message })) });
  }
}

async function lived(strategy: Strategy, country: string | undefined): Promise<{ refusals: readonly { step: string | null; message: string }[]; warnings: readonly { step: string | null; message: string }[] }> {
  const { judgeParts, sweepFrom, together } = await import('../../strategy/feasibility/judge.ts');
  const { shippedPolicies } = await import('../../contact-law/shipped.ts');
  const policies = shippedPolicies(process.versions.tz ?? 'unknown');
  const today = new Date().toISOString().slice(0, 10);
  return together(judgeParts(policies, strategy, sweepFrom(policies, today), country === undefined ? undefined : [country]));
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${file} cannot be read.`, { cause });
  });
}

/** Writes the feasibility of the shipped strategies; `out` null prints it. */
export async function reportFeasibility(output: Output, out: string | null): Promise<void> {
  const { reportBlock, reportPage } = await import('../../strategy/feasibility/report.ts');
  const { shippedPolicies } = await import('../../contact-law/shipped.ts');
  const policies = shippedPolicies(process.versions.tz ?? 'unknown');
  const blocks = shippedStrategies().flatMap(({ strategy }) => strategy.country.map((country) => {
    output.say(`${strategy.id} in ${country}`);
    return reportBlock(policies, strategy, country);
  }));
  const page = reportPage(blocks);
  if (out !== null) await writeFile(out, page);
  output.answer({ file: out, report: page }, [out === null ? page : `written: ${out}`]);
}

/** `pacto strategy publish <file>`. */
export async function publishStrategyFile(flags: GlobalFlags, output: Output, file: string): Promise<void> {
  const text = await textOf(file);
  const { publishNextVersion } = await import('../../register/strategy-version.ts');
  const { created, strategy, warnings } = await withRegister(flags, (ctx) => publishNextVersion(ctx, CLI_ACTOR, text));
  output.answer({ created, id: strategy.id, version: strategy.version, warnings }, [
    created ? `published: ${strategy.id} version ${strategy.version}.` : `nothing to do: this is ${strategy.id} version ${strategy.version}.`,
    ...warnings.map(({ step, message }) => `  ${step ?? strategy.id} ${message}`),
  ]);
}

/** `pacto strategy diff <a> <b>`: files, shipped names, or published versions such as standard@2 (only these need an installation). */
export async function diffStrategies(flags: GlobalFlags, output: Output, a: string, b: string): Promise<void> {
  const [from, to] = await bothOf(flags, [a, b]);
  const differences = differencesOf(from, to);
  output.answer({ from: { id: from.id, version: from.version }, to: { id: to.id, version: to.version }, differences },
    differences.length === 0 ? [`${a} and ${b} do the same.`] : differences.map(({ step, text }) => `${step ?? '(strategy)'}: ${text.en}`));
}

async function bothOf(flags: GlobalFlags, names: readonly [string, string]): Promise<[Strategy, Strategy]> {
  const [from, to] = await Promise.all(names.map(withoutInstallation));
  if (from && to) return [from, to];
  const { publishedOf, strategyRef } = await import('../../register/strategy-change.ts');
  return withRegister(flags, async (ctx: RegisterContext) => [from ?? await publishedOf(ctx, strategyRef(names[0])), to ?? await publishedOf(ctx, strategyRef(names[1]))]);
}

async function withoutInstallation(name: string): Promise<Strategy | null> {
  const text = await readFile(name, 'utf8').catch(() => null);
  if (text !== null) return parseStrategy(text, { version: 1 });
  return shippedStrategies().find(({ strategy }) => strategy.id === name)?.strategy ?? null;
}

/** `pacto strategy migrate <from> <to> [--dry-run]`. */
export async function migrateStrategies(flags: GlobalFlags, output: Output, from: string, to: string, dryRun: boolean): Promise<void> {
  const { migrateStrategy, strategyRef } = await import('../../register/strategy-change.ts');
  const done = await withRegister(flags, (ctx) => migrateStrategy(ctx, CLI_ACTOR, strategyRef(from), strategyRef(to), { dryRun, progress: (moved) => output.say(`${moved} agreements`) }));
  output.answer(done, [
    `${done.agreements.length} agreements ${dryRun ? 'would move' : 'moved'} from ${from} to ${done.to.id}@${done.to.version}${done.left > 0 ? `; ${done.left} stay` : ''}.`,
    ...(dryRun ? done.agreements.slice(0, 20).map(({ creditorId, externalId }) => `  ${creditorId}/${externalId}`) : []),
  ]);
}
