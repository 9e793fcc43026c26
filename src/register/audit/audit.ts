/**
 * The audit: contract.md section 12. It trusts nothing that was derived: contacts are judged from raw rows by the
 * person's sequence, money from the payments themselves, runs by asking them. It reads only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PolicySet } from '../../contact-law/policy.ts';
import { freshAgreements, identityPage, inSnapshot, stuckOutbox } from '../../db/audit.ts';
import { MINUTE } from '../../domain/zone.ts';
import type { RegisterContext } from '../person-lock.ts';
import { verifyChain } from '../timeline.ts';
import { checkApplied, dueStepCheck, type AppliedChecks, type DueStepCheck, type StateReader } from './applied.ts';
import { checkContacts } from './contacts.ts';
import { checkJournal, readJournal } from './journal.ts';
import { checkMoney } from './money.ts';
import { mayHaveLeft, readFiles, type AuditedAgreement, type PersonFile } from './person-file.ts';
import { reportOf, type AuditReport, type Finding } from './report.ts';

export { isClean, type AuditReport, type Finding } from './report.ts';

export interface AuditOptions {
  /** Absent: runs are not asked. */
  readonly gateway?: StateReader | undefined;
  /** Absent: there is no journal to compare with. */
  readonly providerUrl?: string | undefined;
  readonly policies: PolicySet;
  readonly wallNow: () => number;
  readonly pause?: (ms: number) => Promise<void>;
}

/** Work younger than this (wall time) is not judged: it may be on its way. */
const YOUNG = MINUTE;
const PAGE = 200;
const LANES = 8;

/** Compares everything with everything. ERR_DEPENDENCY when the journal cannot be read; a run that cannot be asked is an error, not a finding. */
export async function audit(ctx: Pick<RegisterContext, 'db' | 'clock'>, options: AuditOptions): Promise<AuditReport> {
  const { db } = ctx;
  const now = await ctx.clock.now();
  const settledWall = options.wallNow() - YOUNG;
  const dueSteps = dueStepCheck(options.policies, now);
  const findings: Finding[] = [];
  let attempts = 0;
  let contacts = 0;
  if (options.providerUrl !== undefined) findings.push(...await checkJournal(db, await readJournal(options.providerUrl)));
  findings.push(...await checkOutbox(ctx, settledWall));
  for (let last: string | null = null; ; ) {
    const page: { files: PersonFile[]; fresh: Set<string>; last: string | undefined } = await inSnapshot(db, async (trx) => {
      const ids = await identityPage(trx, last, PAGE);
      return { files: await readFiles(trx, ids), fresh: await freshAgreements(trx, settledWall), last: ids.at(-1) };
    });
    for (const file of page.files) {
      attempts += file.attempts.length;
      contacts += file.attempts.filter(mayHaveLeft).length + file.calls.length;
      findings.push(...checkContacts(file, { policies: options.policies, now, settledWall }), ...checkAgreements(file, page.fresh, dueSteps));
    }
    findings.push(...await checkRuns(ctx, options, page.files.flatMap((file) => [...file.agreements.values()]).filter(({ row }) => !page.fresh.has(row.id)), now));
    if (page.last === undefined) break;
    last = page.last;
  }
  return reportOf({ attempts, contacts }, findings);
}

/** Money and evidence of every agreement; steps left undone of those that are at rest. */
function checkAgreements(file: PersonFile, fresh: ReadonlySet<string>, dueSteps: DueStepCheck): Finding[] {
  return [...file.agreements.values()].flatMap((agreement) => [
    ...checkMoney(agreement),
    ...verifyChain(agreement.timeline).map((broken): Finding => ({ counter: 'brokenChains', agreementId: agreement.row.id, detail: `entry ${broken.seq}: ${broken.detail}` })),
    ...(fresh.has(agreement.row.id) ? [] : dueSteps(agreement)),
  ]);
}

async function checkRuns({ db }: Pick<RegisterContext, 'db'>, { gateway, pause = (ms) => sleep(ms) }: AuditOptions, agreements: readonly AuditedAgreement[], now: number): Promise<Finding[]> {
  if (gateway === undefined) return [];
  const checks: AppliedChecks = { db, gateway, pause };
  const queue = [...agreements];
  const findings: Finding[] = [];
  const lane = async (): Promise<void> => {
    for (let agreement = queue.shift(); agreement !== undefined; agreement = queue.shift()) findings.push(...await checkApplied(checks, agreement, now));
  };
  await Promise.all(Array.from({ length: Math.min(LANES, queue.length) }, lane));
  return findings;
}

/** A message that the pump has not handed over is a fact that the run has not heard of. */
async function checkOutbox({ db }: Pick<RegisterContext, 'db'>, settledWall: number): Promise<Finding[]> {
  return (await stuckOutbox(db, settledWall)).map((row) => ({
    counter: 'lost', agreementId: row.agreementId,
    detail: `the outbox holds ${row.name ?? 'the start'} for ${row.workflowId} (${row.state})`,
  }));
}
