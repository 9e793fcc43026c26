/** The plan itself, and what its buttons do: begin a payment, or close the page. */
import { amountsOf, makePaymentLink, takesLinks } from '../../register/payments/link.ts';
import { loadState } from '../../register/rebuild.ts';
import { planView } from '../debtor-view.ts';
import type { View } from '../page.ts';
import { rightsIn } from './rights.ts';
import { addressOf, frame, moneyOf, statusOf, type OpenVisit, type Wrong } from './visit.ts';

export async function planPage(visit: OpenVisit, wrong: Wrong = {}): Promise<View> {
  const { plan, agreement, writer, language, say } = visit;
  const shown = planView(plan, agreement, writer, language);
  const to = (section: string): string => addressOf(visit, section);
  return {
    status: statusOf(wrong), template: 'debtor-plan.eta',
    data: {
      ...frame(visit, shown.hello, wrong), title: writer.firm, ...shown, rightsHere: rightsIn(writer.country, language), pay: shown.owes ? await payButton(visit) : null,
      wholePlan: shown.agreement.more === null ? null : { href: to('plan'), name: say.wholePlan(shown.agreement.more) }, disputed: agreement.disputed ? say.disputed : null,
      others: shown.others.map((one) => ({ ...one, href: addressOf({ ...visit, carry: { ...visit.carry, a: one.key } }, null) })),
      dateHref: to('date'), callHref: to('call'), links: linksOf(visit),
    },
  };
}

function linksOf(visit: OpenVisit): { href: string; name: string }[] {
  const { say, agreement } = visit;
  return [
    ...(agreement.closed ? [] : [{ href: addressOf(visit, 'dispute'), name: say.disputeLink }]),
    { href: addressOf(visit, 'receipts'), name: say.receiptsLink }, { href: addressOf(visit, 'contact'), name: say.contactLink },
  ];
}

/** What the button says; null where this agreement takes no payment by link. */
async function payButton(visit: OpenVisit): Promise<string | null> {
  const { ctx, payments, agreement, say } = visit;
  const now = await ctx.clock.now();
  const amounts = amountsOf((await loadState(ctx.db, agreement.id)).state, now);
  return amounts !== null && (await takesLinks(payments, ctx.db, agreement.id, now)) ? say.pay(moneyOf(visit, amounts.dueMinor)) : null;
}

/** Where the payment begins: a link of our own, made for this visit; null when it cannot be paid here (any more). */
export async function payAddress({ payments, link, agreement, carry }: OpenVisit): Promise<string | null> {
  const made = await makePaymentLink(payments, { id: 'debtor', role: 'system', creditorId: link.creditor_id }, agreement.id);
  if (made === null) return null;
  return `${new URL(made).pathname}${carry['lang'] === undefined ? '' : `?lang=${carry['lang']}`}`;
}
