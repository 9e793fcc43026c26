/** `pacto audit`: everything compared with everything; exit 1 when a counter from `duplicates` on is not 0. */
import { openGateway } from '../../client/gateway.ts';
import { wallNow } from '../../clock.ts';
import { policiesInForce } from '../../register/policies.ts';
import { AppError } from '../../errors.ts';
import { audit as auditRegister } from '../../register/audit/audit.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { withRegister } from '../installation.ts';
import { table, type Output } from '../output.ts';

const COUNTERS = ['attempts', 'contacts', 'duplicates', 'unexplained', 'lost', 'unlawful', 'contactedAfterPayment', 'unbalanced', 'brokenChains'] as const;
const FAULTS = COUNTERS.slice(COUNTERS.indexOf('duplicates'));

export async function audit(flags: GlobalFlags, output: Output): Promise<void> {
  const report = await withRegister(flags, async (ctx, { temporal, clock, sandbox }) => {
    const gateway = await openGateway({ temporal, clock, db: ctx.db });
    try {
      return await auditRegister(ctx, { gateway, policies: policiesInForce(), wallNow, ...(sandbox === null ? {} : { providerUrl: sandbox.providerUrl }) });
    } finally {
      await gateway.close();
    }
  });
  output.answer(report, [
    ...table(COUNTERS.map((counter) => [counter, String(report[counter])])),
    ...report.findings.map(({ counter, agreementId, detail }) => `${counter} ${agreementId ?? '-'} ${detail}`),
  ]);
  const found = FAULTS.filter((counter) => report[counter] !== 0);
  if (found.length > 0) throw new AppError('ERR_AUDIT', `The audit found ${found.map((counter) => `${report[counter]} ${counter}`).join(', ')}.`);
}
