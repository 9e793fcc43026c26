/** `pacto retention`: the daily erasure of people whose data has been kept long enough, now. */
import { AppError } from '../../errors.ts';
import { retain } from '../../register/retention.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { withRegister } from '../installation.ts';
import { table, type Output } from '../output.ts';

/** Ids only; exit code 1 when somebody could not be erased. */
export async function retention(flags: GlobalFlags, output: Output, dryRun: boolean): Promise<void> {
  const answer = await withRegister(flags, (ctx) => retain(ctx, { dryRun }));
  const { people, failed, kept } = answer;
  const others = Object.entries(kept).map(([reason, count]) => `${reason} ${count}`).join(', ');
  output.answer(answer, [
    ...(people.length === 0 ? [] : table([['person', 'creditor', 'kept for'], ...people.map(({ personId, creditorId, years }) => [personId, creditorId, `${years} years`])])),
    dryRun ? `${people.length} would be erased.` : `${people.length} erased; money, outcomes and stops stay.`,
    ...(others === '' ? [] : [`Kept, though no agreement goes on: ${others}.`]),
  ]);
  if (failed.length > 0) throw new AppError('ERR_INTERNAL', `${failed.length} could not be erased; the lines of the log above say which and what kept them.`);
}
