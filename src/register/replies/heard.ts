/** A reply under the lock of whoever wrote it, with what it is about. */
import { agreementsOfPerson } from '../../db/agreements.ts';
import { attemptParts } from '../../db/attempts.ts';
import type { CreditorRow } from '../../db/creditors.ts';
import type { AgreementRow, ReplyClass } from '../../db/database.ts';
import type { PersonRow } from '../../db/persons.ts';
import type { Trx } from '../../db/pool.ts';
import type { FactRequest } from '../request.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';

export interface Heard {
  readonly lock: PersonLock;
  readonly ctx: RegisterContext;
  /** Of the reply. */
  readonly id: string;
  readonly channel: 'sms' | 'email';
  readonly class: ReplyClass;
  readonly date?: string | undefined;
  readonly time?: string | undefined;
  readonly amountMinor?: number | undefined;
  /** What was written; null: erased. */
  readonly body: string | null;
  readonly person: PersonRow;
  readonly creditor: CreditorRow;
  readonly contactPointId: string;
  /** Open agreements of the person at this creditor. */
  readonly open: readonly AgreementRow[];
  /** Those of them that our message spoke of, the one that led it first; without a message the first one logged. */
  readonly spoken: readonly AgreementRow[];
  /** `debtor`, or the id of the key of whoever reads it for them. */
  readonly by: string;
}

/** The agreements a reply is about: what our message spoke of and is still open. */
export async function aboutReply(trx: Trx, personId: string, attemptId: string | null): Promise<Pick<Heard, 'open' | 'spoken'> & { readonly last: AgreementRow | null }> {
  const all = await agreementsOfPerson(trx, personId);
  const open = all.filter(isOpen);
  const named = attemptId === null ? [] : [...new Set((await attemptParts(trx, attemptId)).map((part) => part.agreement_id))];
  const spoken = named.flatMap((id) => open.filter((row) => row.id === id));
  const last = all.find((row) => row.id === named[0]) ?? all.at(-1) ?? null;
  return { open, spoken: spoken.length > 0 ? spoken : open.slice(0, 1), last };
}

export function isOpen({ phase }: Pick<AgreementRow, 'phase'>): boolean {
  return phase !== 'settled' && phase !== 'closed';
}

/** Names what a reply brings about: the same reply read the same way brings it about once. */
export function requestOf(heard: Heard, kind: string): FactRequest {
  const said = [heard.date, heard.time].filter((part) => part !== undefined).join('T');
  return { by: heard.by, tell: 'workflow', factId: `${kind}/reply-${heard.id}${said === '' ? '' : `/${said}`}` };
}
