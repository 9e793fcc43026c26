/** `pacto agreement show|timeline|explain <id or creditor/externalId>`. */
import { formatMinor } from '../../domain/money.ts';
import { explain, getAgreement, timelinePage } from '../../register/agreement-reads.ts';
import { languageOf } from '../../sandbox/live-line.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import { minute, table, type Output } from '../output.ts';

const PAGE = 200;

/** Where it stands. */
export async function showAgreement(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const agreement = await withRegister(flags, (ctx) => getAgreement(ctx, CLI_ACTOR, ref));
  const { flags: marks, currency, nextStep } = agreement;
  const raised = Object.entries(marks).filter(([, holds]) => holds).map(([name]) => name);
  output.answer(agreement, [
    `${agreement.creditorId}/${agreement.externalId}  ${agreement.phase}${raised.length === 0 ? '' : ` (${raised.join(', ')})`}`,
    `owes ${formatMinor(agreement.balanceMinor, currency)}, credit ${formatMinor(agreement.creditMinor, currency)}, ${agreement.overdue ? `${agreement.daysPastDue} days past due` : 'not overdue'}`,
    ...table(agreement.instalments.map((one) => [`  ${one.number}`, one.dueOn, formatMinor(one.amountMinor, currency), `paid ${formatMinor(one.paidMinor, currency)}`])),
    nextStep === null ? 'nothing is planned.' : `next: ${nextStep.step} at ${minute(nextStep.at)}`,
    `workflow ${agreement.workflowId}`,
  ]);
}

/** Everything that was decided, oldest first. */
export async function showTimeline(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const entries = await withRegister(flags, async (ctx) => {
    const first = await timelinePage(ctx, CLI_ACTOR, ref, { limit: PAGE });
    const all = [...first.items];
    for (let cursor = first.nextCursor; cursor !== null;) {
      const page = await timelinePage(ctx, CLI_ACTOR, ref, { limit: PAGE, cursor });
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  });
  const language = languageOf(process.env);
  output.answer(entries, table(entries.map((entry) => [String(entry.seq), minute(entry.at), entry.kind, `${entry.text[language]}${entry.rules === undefined || entry.rules.length === 0 ? '' : ` [${entry.rules.join(', ')}]`}`])));
}

/** Why, and what comes next. */
export async function explainAgreement(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const explanation = await withRegister(flags, (ctx) => explain(ctx, CLI_ACTOR, ref));
  output.answer(explanation, [explanation.text[languageOf(process.env)]]);
}
