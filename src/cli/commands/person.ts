/** `pacto person export|erase <person>`: the rights of access and of erasure. */
import { AppError } from '../../errors.ts';
import { erasePerson, erasureBody } from '../../register/person-erasure.ts';
import { exportPerson } from '../../register/person-export.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import { minute, type Output } from '../output.ts';

/** Always JSON: it is handed to the person, or to a program. */
export async function exportOf(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const exported = await withRegister(flags, (ctx) => exportPerson(ctx, CLI_ACTOR, ref));
  output.answer(exported, [JSON.stringify(exported, null, 2)]);
}

export interface EraseOptions {
  readonly cancelOpen?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** ERR_STATE with the remedy while an agreement is open; the same again answers as before. */
export async function erase(flags: GlobalFlags, output: Output, ref: string, options: EraseOptions): Promise<void> {
  const parsed = erasureBody.safeParse({ cancelOpen: options.cancelOpen === true, ...(options.reason === undefined ? {} : { reason: options.reason }) });
  if (!parsed.success) throw new AppError('ERR_USAGE', `--reason ${parsed.error.issues[0]?.message ?? 'is wrong'}.`);
  const answer = await withRegister(flags, (ctx) => erasePerson(ctx, CLI_ACTOR, ref, parsed.data));
  const tables = Object.entries(answer.erased).map(([table, rows]) => `${table} ${rows}`).join(', ');
  output.answer(answer, [
    `${answer.created ? 'Erased' : 'Had been erased'} at ${minute(answer.erasedAt)}: ${tables}.`,
    ...(answer.cancelledAgreements.length === 0 ? [] : [`Ended: ${answer.cancelledAgreements.join(', ')}.`]),
    'Money, dates and outcomes stay, without the person; no contact is possible any more.',
  ]);
}
