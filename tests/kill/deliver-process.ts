/** A worker process of the kill tests: it delivers one step to the test's provider and dies where it is told to. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { z } from 'zod';
import type { SmsChannel } from '../../src/channels/channel.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { openDb } from '../../src/db/pool.ts';
import { dueContacts } from '../../src/domain/decide.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';

const order = z.object({
  databaseUrl: z.string(), providerUrl: z.string(), agreementId: z.string(), now: z.number(),
  dieAt: z.enum(['claimed', 'calling', 'called', 'recorded', 'never']),
}).parse(JSON.parse(process.argv[2] ?? ''));

const sms: SmsChannel = {
  provider: 'twilio-sms', channel: 'sms',
  send: async (message) => {
    const answer = await fetch(order.providerUrl, { method: 'POST', body: JSON.stringify({ attemptId: message.attemptId, to: message.to }) });
    return { kind: 'sent', providerId: await answer.text() };
  },
  lookup: () => Promise.resolve({ kind: 'notFound' }),
};

const log = pino({ level: 'silent' });
const opened = openDb(order.databaseUrl, { log, max: 2 });
const { db } = opened;
const ctx = {
  db, log, newId: randomUUID, clock: { kind: 'virtual' as const, now: () => Promise.resolve(order.now) },
  identityHash: (country: string, value: string) => `${country}:${value}`,
};
const { state } = await loadState(db, order.agreementId);
await deliverContact({
  ctx, channels: { sms, email: null }, policies: shippedPolicies('2026c'),
  config: { send: 'on', sendAllowlist: [], publicBaseUrl: 'https://pacto.example.org' },
  at: (moment) => {
    if (moment === order.dieAt) process.kill(process.pid, 'SIGKILL');
  },
}, { agreementId: order.agreementId, occurrences: dueContacts(state, order.now, order.now) });
await opened.close();
