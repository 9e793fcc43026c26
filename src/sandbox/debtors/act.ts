/** What a scripted person does next, and the API call that does it. */
import type { CallOutcomeName } from '../../domain/agreement.ts';
import type { ApiCall } from '../http.ts';
import type { PayerAct } from '../provider/bank/payer.ts';

interface At {
  /** Epoch ms on the business clock. */
  readonly at: number;
  /** Names the act: doing it twice changes nothing. */
  readonly id: string;
  readonly agreementId: string;
}

export type Act = At & ActBody;
/** One that is a call of the API. */
export type ApiAct = At & Exclude<ActBody, MessageAct>;

export type ActBody =
  | { readonly kind: 'pay'; readonly externalId: string; readonly amountMinor: number; readonly currency: string; readonly collectedBy: 'agency' | 'creditor' }
  | MessageAct
  | { readonly kind: 'reverse'; readonly payment: string }
  | { readonly kind: 'optOut'; readonly personId: string }
  | { readonly kind: 'dispute' }
  | { readonly kind: 'resolveDispute'; readonly dispute: string }
  | { readonly kind: 'call'; readonly callbackId: string; readonly outcome: CallOutcomeName; readonly promise?: { readonly amountMinor: number; readonly dueOn: string } }
  | { readonly kind: 'approve'; readonly caseId: string; readonly first: boolean }
  | { readonly kind: 'handOver'; readonly caseId: string }
  | { readonly kind: 'answerSurvey'; readonly token: string; readonly score: number };

/** What begins at a message that the person got: an answer in words, or the payment by its link. */
export type MessageAct =
  | { readonly kind: 'answer'; readonly attempt: string; readonly body: string }
  | { readonly kind: 'payByLink'; readonly attempt: string; readonly bank: PayerAct };

/** Keys of the people who act; two approvals need two keys. */
export interface StaffKeys {
  readonly admin: string;
  readonly supervisor: string;
  readonly lawyer: string;
}

/** The call of an act. */
export function callOf(act: ApiAct, keys: StaffKeys): ApiCall {
  const post = { method: 'POST', key: keys.admin } as const;
  const named = { ...post, idempotencyKey: act.id } as const;
  const agreement = `/v1/agreements/${act.agreementId}`;
  switch (act.kind) {
    case 'pay': {
      const { externalId, amountMinor, currency, collectedBy } = act;
      const body = { externalId, amountMinor, currency, paidAt: new Date(act.at).toISOString(), method: 'transfer', collectedBy };
      return { ...post, path: `${agreement}/payments`, body };
    }
    case 'reverse':
      return { ...post, path: `${agreement}/payments/${act.payment}/reversal`, body: { externalId: `${act.payment}.r`, reason: 'returned by the bank' } };
    case 'optOut': return { ...named, path: `/v1/persons/${act.personId}/opt-outs`, body: { scope: 'creditor' } };
    case 'dispute': return { ...named, path: `${agreement}/disputes`, body: { reason: 'amount' } };
    case 'resolveDispute': return { ...named, path: `${agreement}/disputes/${act.dispute}/resolution`, body: { outcome: 'rejected', note: 'The contract and the payments were checked: the amount stands.' } };
    case 'call':
      return { ...named, path: `/v1/callbacks/${act.callbackId}/outcome`, body: { outcome: act.outcome, ...(act.promise === undefined ? {} : { promise: act.promise }) } };
    case 'approve': return { ...named, key: act.first ? keys.supervisor : keys.lawyer, path: `/v1/pre-legal/${act.caseId}/approve`, body: {} };
    case 'handOver': return { ...named, key: keys.lawyer, path: `/v1/pre-legal/${act.caseId}/handover`, body: {} };
    case 'answerSurvey': return { method: 'POST', key: keys.admin, path: `/s/${act.token}`, body: { score: String(act.score) } };
  }
}
