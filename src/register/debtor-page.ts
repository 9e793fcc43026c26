/** What a debtor's page shows: before the second factor who writes, after it what is owed, why, and how to get it right. */
import { paysCreditorOnly } from '../contact-law/text-law.ts';
import { creditorById } from '../db/creditors.ts';
import type { CreditorSettings, NationalId } from '../db/database.ts';
import type { LinkRow } from '../db/links.ts';
import { personById } from '../db/persons.ts';
import type { InstalmentView } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { localDate } from '../domain/zone.ts';
import { agreementKey, agreementsOfLink } from './debtor/agreements.ts';
import { findLink } from './link.ts';
import type { RegisterContext } from './person-lock.ts';
import { policiesInForce } from './policies.ts';
import type { LoadedAgreement } from './rebuild.ts';
import { isOpen, restOf } from './second-factor.ts';
import { readSubject } from './sending/law-subject.ts';
import { firmOf } from './sending/sender.ts';
import { textLawFor } from './sending/text-law.ts';

/** Who writes: all that a link in the wrong hands shows. */
export interface Writer {
  readonly firm: string;
  readonly contact: NonNullable<CreditorSettings['contact']>;
  readonly language: string;
  readonly country: string;
}

export type DebtorDoor =
  /** `forMs` null: this link opens no more. */
  | { readonly state: 'locked'; readonly writer: Writer; readonly forMs: number | null }
  /** `idType`: which number's last digits are asked for; null: none is known, only a code could open it. */
  | { readonly state: 'ask'; readonly writer: Writer; readonly link: LinkRow; readonly idType: NationalId['type'] | null; readonly idCountry: string }
  | { readonly state: 'open'; readonly writer: Writer; readonly link: LinkRow };

/**
 * Where the reader stands; nothing changes by looking. null for a token that opens nothing: none of ours, over, of another
 * kind, or of a person who does not owe this any more. To whoever tries tokens all of these are the same, and take as long.
 */
export async function debtorDoor(ctx: RegisterContext, token: string, session: string | null): Promise<DebtorDoor | null> {
  const found = await findLink(ctx.db, 'debtor', token, await ctx.clock.now());
  if (found === null || found.expired) return null;
  const { row: link } = found;
  const [person, creditor] = [await personById(ctx.db, link.person_id), await creditorById(ctx.db, link.creditor_id)];
  const [lead] = await agreementsOfLink(ctx.db, link);
  if (person === undefined || creditor === undefined || lead === undefined) return null;
  const writer: Writer = { firm: firmOf(creditor), contact: creditor.settings.contact ?? {}, language: person.language, country: lead.row.country };
  if (await isOpen(ctx, link, session)) return { state: 'open', writer, link };
  const rest = await restOf(ctx.db, link);
  if (rest !== null) return { state: 'locked', writer, forMs: rest.forMs };
  return { state: 'ask', writer, link, idType: person.national_id?.type ?? null, idCountry: person.national_id?.country ?? lead.row.country };
}

export interface DebtorInstalment {
  /** `debt`: the whole of it, there is no plan yet. */
  readonly kind: InstalmentView['kind'] | 'debt';
  readonly number: number;
  readonly dueOn: string;
  readonly amountMinor: number;
  readonly paidMinor: number;
  readonly state: 'paid' | 'overdue' | 'open';
}

/** Chile's seven items, for one agreement: contract, dates, amounts apart, plan with what is paid. */
export interface DebtorAgreement {
  readonly id: string;
  /** Names it on the pages of this link, and nowhere else. */
  readonly key: string;
  readonly zone: string;
  readonly reference: string;
  readonly signedOn: string | null;
  readonly defaultedOn: string | null;
  /** null: there is no agreement yet. */
  readonly agreedOn: string | null;
  readonly currency: string;
  readonly owedMinor: number;
  readonly paidMinor: number;
  readonly creditMinor: number;
  /** What the amount is made of; null: the creditor charges nothing besides the plan. */
  readonly debt: {
    readonly principalMinor: number; readonly interestMinor: number; readonly lateInterestMinor: number; readonly feesMinor: number; readonly taxesMinor: number;
    readonly discountMinor: number;
  } | null;
  readonly instalments: readonly DebtorInstalment[];
  readonly settled: boolean;
  readonly closed: boolean;
  /** An open promise: until its date nothing is asked for. */
  readonly promise: { readonly dueOn: string; readonly amountMinor: number } | null;
  /** A dispute is open: nothing is asked for. */
  readonly disputed: boolean;
}

export interface DebtorPlan {
  readonly firstName: string;
  readonly creditorName: string;
  /** Where the creditor is paid; null: no page of its own, or a law that lets no text name a place to pay. */
  readonly payUrl: string | null;
  /** The law lets nobody but the creditor take the money. */
  readonly paysCreditorOnly: boolean;
  /** Local date of the reader. */
  readonly today: string;
  readonly agreements: readonly DebtorAgreement[];
}

/** What the message spoke of and what else the person owes there, as it stands now; for a reader who has passed the second factor. */
export async function debtorPlan(ctx: RegisterContext, link: LinkRow): Promise<DebtorPlan | null> {
  const [person, creditor] = [await personById(ctx.db, link.person_id), await creditorById(ctx.db, link.creditor_id)];
  if (person === undefined || creditor === undefined) return null;
  const loaded = await agreementsOfLink(ctx.db, link);
  const [lead] = loaded;
  if (lead === undefined) return null;
  const now = await ctx.clock.now();
  const today = localDate(lead.row.zone, now);
  const creditorOnly = paysCreditorOnly(textLawFor(policiesInForce(), await readSubject(ctx.db, lead.row, now), now));
  return {
    firstName: person.type === 'company' ? person.name : person.name.trim().split(/\s+/)[0] ?? person.name,
    creditorName: creditor.name, payUrl: creditorOnly ? null : creditor.settings.payUrl ?? null, paysCreditorOnly: creditorOnly, today,
    agreements: loaded.map((one) => agreementOf(link, one, today, now)),
  };
}

function agreementOf(link: LinkRow, { row, state }: LoadedAgreement, today: string, now: number): DebtorAgreement {
  const view = viewOf(state);
  const promise = view.promises.find((one) => one.openUntil > now && one.paidMinor < one.amountMinor);
  return {
    id: row.id, key: agreementKey(link, row.id), zone: row.zone,
    reference: row.debt?.contractRef ?? row.external_id, signedOn: row.debt?.signedOn ?? null, defaultedOn: row.debt?.defaultedOn ?? null, agreedOn: row.kind === 'debt' ? null : row.agreed_on,
    currency: row.currency, owedMinor: view.balanceMinor, paidMinor: view.paidMinor, creditMinor: view.creditMinor,
    debt: row.debt === null ? null : {
      principalMinor: row.debt.principalMinor, interestMinor: row.debt.interestMinor, lateInterestMinor: row.debt.lateInterestMinor, feesMinor: row.debt.feesMinor,
      taxesMinor: row.debt.taxesMinor, discountMinor: row.debt.discountMinor,
    },
    instalments: view.instalments.map(({ kind, number, dueOn, amountMinor, paidMinor, unpaid }) => ({
      kind: row.kind === 'debt' && kind === 'instalment' ? 'debt' : kind, number, dueOn, amountMinor, paidMinor, state: !unpaid ? 'paid' : dueOn < today ? 'overdue' : 'open',
    })),
    settled: view.settledAt !== null, closed: view.closedReason !== null,
    promise: promise === undefined ? null : { dueOn: promise.dueOn, amountMinor: promise.amountMinor - promise.paidMinor },
    disputed: view.disputes.length > 0,
  };
}
