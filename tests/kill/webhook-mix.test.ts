/** What the webhook run sends and expects, for a portfolio in memory; the run itself is `npm run bench -- webhooks`. */
import { expect, test } from 'vitest';
import { mixOf, type Portfolio, type Webhook } from './webhook-mix.ts';

const now = Date.parse('2026-12-04T15:00:00Z');
const attempt = (n: number, provider: 'twilio-sms' | 'sendgrid') => ({ id: `attempt-${provider}-${n}`, provider, providerId: `${provider}-${n}`, to: 'x', receipt: null, at: now - n * 60_000 });
const portfolio: Portfolio = {
  attempts: Array.from({ length: 40 }, (_none, n) => attempt(n, n % 2 === 0 ? 'twilio-sms' : 'sendgrid')),
  agreements: [{ creditorId: 'acme', externalId: 'A-1', currency: 'CLP', balanceMinor: 90_000 }, { creditorId: 'acme', externalId: 'A-2', currency: 'CLP', balanceMinor: 50_000 }],
  phones: ['+56961110001', '+56961110002'], now,
};
const SIZE = { total: 1_000, repeatShare: 0.3, seed: 7 };
const mix = mixOf(portfolio, SIZE);

test('three in ten repeat another delivery, in an order that the seed draws', () => {
  expect([mix.deliveries.length, mix.distinct, new Set(mix.deliveries).size]).toEqual([1_000, 700, 700]);
  expect(mixOf(portfolio, SIZE)).toEqual(mix);
  expect(mixOf(portfolio, { ...SIZE, seed: 8 }).deliveries).not.toEqual(mix.deliveries);
  expect(mix.deliveries.some((one, index) => one === mix.deliveries[index + 1])).toBe(true);
});

test('everything that is sent is expected once, and nothing else is', () => {
  expect(Math.min(...Object.values(mix.kinds))).toBeGreaterThan(0);
  const sent = [...new Set(mix.deliveries)];
  const of = <K extends Webhook['kind']>(kind: K): Extract<Webhook, { kind: K }>[] => sent.filter((one): one is Extract<Webhook, { kind: K }> => one.kind === kind);
  const kept = of('events').flatMap(({ events }) => events).filter(({ event }) => event !== 'open' && event !== 'click');
  expect(mix.told.providerEvents.size).toBe(of('status').length + of('inbound').length + kept.length);
  expect(mix.told.paymentEvents.size).toBe(of('payment').length);
  expect(mix.told.replies.size).toBe(of('inbound').length);
});

test('a message is expected where the highest word about it puts it, whatever was told last', () => {
  for (const [id, status] of mix.told.receipts) {
    const events = mix.deliveries.flatMap((one) => (one.kind === 'events' ? one.events.filter((event) => event.attempt_id === id) : []));
    const words = new Set(events.map(({ event }) => event));
    if (words.has('spamreport')) expect(status).toBe('complained');
    else if (words.has('unsubscribe')) expect(status).toBe('unsubscribed');
    else if (words.has('delivered')) expect(status).toBe(words.has('bounce') ? 'bounced' : 'delivered');
    else expect(['delivered', 'undelivered', 'blocked', 'dropped']).toContain(status);
  }
  expect(new Set(mix.told.receipts.values()).size).toBeGreaterThan(3);
});
