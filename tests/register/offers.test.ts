/** Accepting an offer: once, as it was shown, while it stands; with evidence that goes with the person. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { viewOf } from '../../src/domain/view.ts';
import { HOUR } from '../../src/domain/zone.ts';
import { explain } from '../../src/register/agreement-reads.ts';
import { createCreditor, patchCreditor } from '../../src/register/creditor.ts';
import { debtBody } from '../../src/register/debt-body.ts';
import { logDebt } from '../../src/register/debt-log.ts';
import { disputeBody, openDispute } from '../../src/register/dispute.ts';
import { acceptOffer, offersFor, type Acceptance, type Offer } from '../../src/register/negotiation/offers.ts';
import { promiseAllowed } from '../../src/register/negotiation/promise-allowed.ts';
import { bookPayment } from '../../src/register/payment.ts';
import { makePromise } from '../../src/register/promise.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { renegotiate } from '../../src/register/renegotiation.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { ended, openDesk, type Desk } from '../sending/desk.ts';
import { ACME, ADMIN, logged, openTestRegister, paymentOf, rowCounts, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';
import { at, fact, seedPerson } from './seed.ts';

let register: TestRegister;
let desk: Desk;
beforeAll(async () => {
  [register, desk] = await Promise.all([openTestRegister(), openDesk()]);
  await createCreditor(register.ctx, ADMIN, {
    id: 'forgiving', name: 'Forgiving', type: 'thirdParty', country: 'CL', currency: 'CLP', settings: { negotiation: { maxDiscountPercent: [{ fromDays: 0, percent: 0 }, { fromDays: 15, percent: 20 }], coolDownDays: 0 } },
  });
});
afterAll(() => Promise.all([register.close(), desk.close()]));

const late = [{ number: 1, dueOn: '2026-11-01', amountMinor: 90_000 }];
const BY_PHONE: Acceptance = { by: 'agent', actorId: 'key-agent', channel: 'phone', textShown: 'Dos cuotas de $45.000. ¿Está de acuerdo, señora Ana?' };

async function offerOf(id: string, kind: Offer['kind'], at = 0): Promise<Offer> {
  const found = (await offersFor(register.ctx, id)).offers.filter((offer) => offer.kind === kind)[at];
  if (found === undefined) throw new Error(`no offer ${kind}`);
  return found;
}

test('an accepted offer is the next version of the plan, with who agreed to which text; again it answers the same and changes nothing', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx, { instalments: late });
  const offer = await offerOf(id, 'newPlan');
  expect((await offersFor(ctx, id)).offers.map((one) => one.id)).toEqual((await offersFor(ctx, id)).offers.map((one) => one.id));
  expect(await acceptOffer(ctx, id, offer.id, BY_PHONE)).toEqual({ version: 2 });
  const { state } = await loadState(db, id);
  expect(viewOf(state)).toMatchObject({ planVersion: 2, balanceMinor: 90_000, instalments: offer.instalments.map((one) => ({ ...one, version: 2 })) });
  const [row] = await db.selectFrom('offer_acceptance').selectAll().where('agreement_id', '=', id).execute();
  expect(row).toMatchObject({
    offer_id: offer.id, kind: 'newPlan', version: 2, accepted_by: 'agent', actor_id: 'key-agent', channel: 'phone', link_id: null, accepted_at: at('2026-11-20', 12),
    text_shown: BY_PHONE.textShown, text_hash: createHash('sha256').update(BY_PHONE.textShown).digest('hex'),
  });
  const entries = await readTimeline(db, id);
  expect(entries.at(-1)).toMatchObject({ kind: 'renegotiated', channel: 'phone', outcome: 'offerAccepted', text: {
    es: 'Oferta aceptada por teléfono, registrada por un gestor (versión 2): 2 cuotas por CLP 90.000, la primera el 2026-12-05.',
    en: 'Offer accepted by phone, entered by an agent (version 2): 2 instalments, CLP 90.000 in total, the first on 2026-12-05.',
  } });
  expect(verifyChain(entries)).toEqual([]);
  const before = await rowCounts(db);
  expect(await acceptOffer(ctx, id, offer.id, { ...BY_PHONE, textShown: 'otro texto' })).toEqual({ version: 2 });
  expect(await rowCounts(db)).toEqual(before);
});

test('at once and by everybody it is accepted once; of two offers at once one is', async () => {
  const { ctx, db } = register;
  const [same, other] = [await logged(ctx, { instalments: late }), await logged(ctx, { instalments: late })];
  const offer = await offerOf(same, 'newPlan');
  expect(await Promise.all([1, 2, 3, 4].map(() => acceptOffer(ctx, same, offer.id, BY_PHONE)))).toEqual([1, 2, 3, 4].map(() => ({ version: 2 })));
  expect((await loadState(db, same)).state.events).toHaveLength(1);
  const { offers } = await offersFor(ctx, other);
  const tries = await Promise.allSettled(offers.map(({ id }) => acceptOffer(ctx, other, id, BY_PHONE)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ERR_OFFER' });
});

test('an offer goes with the local day, a payment, a new plan, a dispute, another policy; one of another agreement never was', async () => {
  const { ctx, db, clock } = register;
  const stale: Record<string, (id: string) => Promise<unknown>> = {
    day: () => Promise.resolve(clock.set(at('2026-11-21', 0))),
    payment: (id) => bookPayment(ctx, ADMIN, id, paymentOf({ amountMinor: 1 })),
    plan: (id) => renegotiate(ctx, ADMIN, id, { instalments: [{ number: 1, dueOn: '2026-11-01', amountMinor: 90_000 }], discountMinor: 0, reason: 'x' }),
    dispute: (id) => openDispute(ctx, ADMIN, id, disputeBody.parse({ reason: 'amount' })),
    policy: () => patchCreditor(ctx, ADMIN, 'acme', { settings: { negotiation: { maxInstalments: 1 } } }),
  };
  for (const [why, happens] of Object.entries(stale)) {
    const id = await logged(ctx, { instalments: late });
    const offer = await offerOf(id, 'newPlan');
    await happens(id);
    const before = await rowCounts(db);
    expect(await refusalOf(acceptOffer(ctx, id, offer.id, BY_PHONE)), why).toMatchObject({ code: 'ERR_OFFER' });
    expect(await rowCounts(db), why).toEqual(before);
    clock.set(at('2026-11-20', 12));
  }
  await patchCreditor(ctx, ADMIN, 'acme', { settings: { negotiation: {} } });
  // Also one whose dates do not hang on today.
  const ahead = await logged(ctx, { instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 90_000 }] });
  const later = await offerOf(ahead, 'moveDate');
  clock.set(at('2026-11-21', 0));
  expect((await offerOf(ahead, 'moveDate')).instalments).toEqual(later.instalments);
  expect(await refusalOf(acceptOffer(ctx, ahead, later.id, BY_PHONE))).toMatchObject({ code: 'ERR_OFFER' });
  clock.set(at('2026-11-20', 12));
  const [mine, theirs] = [await logged(ctx, { instalments: late }), await logged(ctx, { instalments: late })];
  expect(await refusalOf(acceptOffer(ctx, mine, (await offerOf(theirs, 'newPlan')).id, BY_PHONE))).toMatchObject({ code: 'ERR_OFFER' });
  // A message that left in between changes nothing of what was offered.
  const offer = await offerOf(mine, 'newPlan');
  await fact(ctx, mine, 'sent', { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'skipped' });
  expect((await offerOf(mine, 'newPlan')).id).toBe(offer.id);
  await bookPayment(ctx, ADMIN, theirs, paymentOf({ amountMinor: 90_000 }));
  expect(await refusalOf(acceptOffer(ctx, theirs, offer.id, BY_PHONE))).toMatchObject({ code: 'ERR_STATE' });
  expect((await offersFor(ctx, theirs)).offers).toEqual([]);
});

test('a discount for paying now is lost with its date whatever the terms say: the plan falls, the whole is owed, the payment in between counts', async () => {
  const { ctx, db, clock } = register;
  const id = await logged(ctx, { creditorId: 'forgiving', instalments: late });
  const offer = await offerOf(id, 'payNow');
  expect(offer).toMatchObject({ discountMinor: 18_000, currency: 'CLP', instalments: [{ number: 1, dueOn: '2026-11-25', amountMinor: 72_000 }] });
  await acceptOffer(ctx, id, offer.id, BY_PHONE);
  expect((await explain(ctx, ADMIN, id)).text.es).toContain('Descuento condicional de CLP 18.000: se pierde si una fecha pasa sin pago.');
  expect((await readTimeline(db, id)).at(-1)?.text.es).toContain('con un descuento de CLP 18.000, que se pierde si no se paga en esa fecha');
  // While it hangs on that date nothing else is on offer, wait or not.
  expect((await offersFor(ctx, id)).offers).toEqual([]);
  await bookPayment(ctx, ADMIN, id, paymentOf({ amountMinor: 50_000 }));
  clock.set(at('2026-11-28', 0));
  await fact(ctx, id, 'fall', { kind: 'planBroken' });
  expect(viewOf((await loadState(db, id)).state)).toMatchObject({ phase: 'broken', balanceMinor: 40_000, negotiatedDiscountMinor: 0 });
  const { balance_minor: mirrored } = (await loadState(db, id)).row;
  expect(mirrored).toBe(40_000);
  clock.set(at('2026-11-20', 12));
  // Young debts are not forgiven anything.
  const young = await logged(ctx, { creditorId: 'forgiving', instalments: [{ number: 1, dueOn: '2026-11-10', amountMinor: 90_000 }] });
  expect((await offersFor(ctx, young)).offers.map(({ kind }) => kind)).not.toContain('payNow');
});

test('what is accepted without a text, with a name for an id, or on a page without its link is refused by the field', async () => {
  const { ctx } = register;
  const id = await logged(ctx, { instalments: late });
  const { id: offer } = await offerOf(id, 'newPlan');
  for (const [change, path] of [[{ textShown: ' ' }, 'textShown'], [{ actorId: 'Ana Soto' }, 'actorId'], [{ channel: 'page' }, 'linkId']] as const) {
    expect(await refusalOf(acceptOffer(ctx, id, offer, { ...BY_PHONE, ...change }))).toEqual({ code: 'ERR_BODY', path });
  }
});

test('on a page it is accepted through a link of whoever owes it, and of nobody else', async () => {
  const { ctx, db, clock } = desk;
  const [ana, luis] = [await seedPerson(db), await seedPerson(db)];
  const [hers, his] = [await desk.agreement(ana), await desk.agreement(luis)];
  for (const id of [hers, his]) expect(ended(await desk.deliver(id)).result).toBe('sent');
  const links = new Map((await db.selectFrom('link').select(['id', 'agreement_id']).where('kind', '=', 'debtor').execute()).map((row) => [row.agreement_id, row.id]));
  const onPage = (linkId = ''): Acceptance => ({ by: 'debtor', actorId: 'debtor', channel: 'page', linkId, textShown: 'Su próxima cuota pasa al 12 de marzo.' });
  const offer = (await offersFor(ctx, hers)).offers[0]?.id ?? '';
  await expect(acceptOffer(ctx, hers, offer, onPage(links.get(his)))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  clock.set((await clock.now()) + HOUR);
  expect(await acceptOffer(ctx, hers, offer, onPage(links.get(hers)))).toEqual({ version: 2 });
  expect((await readTimeline(db, hers)).at(-1)).toMatchObject({ channel: 'page', text: { es: 'Oferta aceptada en su página (versión 2): la próxima cuota, de CLP 90.000, pasa al 2026-03-12.' } });
});

test('a debt that has no plan yet has no offers, overdue or not', async () => {
  const { ctx } = register;
  const { agreementId } = await logDebt(ctx, ADMIN, debtBody.parse({
    creditorId: 'acme', externalId: 'D-1', currency: 'CLP', assignedOn: '2026-10-01', debt: { principalMinor: 90_000 },
    person: { externalId: 'PD-1', name: 'Ana Soto', address: { country: 'CL', region: 'CL-RM' }, contactPoints: [{ kind: 'email', value: 'ana.deuda@example.org', consent: 'granted' }] },
  }));
  expect((await offersFor(ctx, agreementId)).offers).toEqual([]);
  expect(await refusalOf(acceptOffer(ctx, agreementId, '0'.repeat(32), BY_PHONE))).toMatchObject({ code: 'ERR_STATE' });
});

test('whether a promise may be made is said with every reason, as it will be judged', async () => {
  const { ctx } = register;
  const id = await logged(ctx);
  expect(await promiseAllowed(ctx, id, { amountMinor: 10_000, dueOn: '2026-12-21' })).toEqual({ allowed: true, reasons: [], limits: { maxDaysAhead: 31, maxInARow: 2 } });
  for (const dueOn of ['2026-11-25', '2026-11-26']) await makePromise(ctx, ACME, id, { amountMinor: 10_000, dueOn, channel: 'page' });
  const { allowed, reasons } = await promiseAllowed(ctx, id, { amountMinor: 30_001, dueOn: '2026-12-22' });
  expect({ allowed, reasons: reasons.map(({ bound, path, limit, code }) => [bound, path, limit, code]) }).toEqual({ allowed: false, reasons: [
    ['maxDaysAhead', 'dueOn', 31, 'ERR_PROMISE_LIMIT'], ['balance', 'amountMinor', 30_000, 'ERR_PROMISE_LIMIT'], ['maxInARow', 'agreement', 2, 'ERR_PROMISE_LIMIT'],
  ] });
  expect(await refusalOf(makePromise(ctx, ACME, id, { amountMinor: 30_001, dueOn: '2026-12-22', channel: 'page' }))).toMatchObject({ code: 'ERR_PROMISE_LIMIT' });
});
