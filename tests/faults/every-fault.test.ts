/**
 * Everything a provider can do wrong, each to a person of its own, in a sandbox that lives on: how the ledger ends, what
 * the run heard, and what really left. Nothing is sent twice, whatever was not answered.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wallNow } from '../../src/clock.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { attemptParts } from '../../src/db/attempts.ts';
import type { AgreementEvent } from '../../src/domain/agreement.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { at } from '../life/office.ts';
import { publishStrategy } from '../../src/register/publish.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { creditorBody } from '../life/people.ts';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';

const HOUR = 3_600_000;
/** The reminder of the standard strategy, with the days that the law of Chile puts between two messages. */
const PATIENT = {
  id: 'patient', country: ['CL'], graceDays: 2, smallBalance: { CLP: 0 },
  steps: [{ key: 'upcoming', when: { anchor: 'due', days: -3, at: '10:00' }, do: 'contact', channels: ['sms', 'email'], template: 'upcoming', expiresDays: 4 }],
};
/** Later than the audit's patience with work that is still on its way: everything is judged. */
const ALL_SETTLED_MS = 120_000;

interface Fault {
  readonly kind: string;
  readonly next?: number;
  readonly accepted?: boolean;
}

interface Expected {
  /** One line an attempt: channel, state, the last receipt. */
  readonly ledger: readonly string[];
  /** What stands in the provider's journal for this person, in its order. */
  readonly left: readonly string[];
  /** What the run of the agreement heard. */
  readonly facts: readonly string[];
  /** Of the address that was written to first; valid when absent. */
  readonly health?: string;
}

interface Case {
  readonly faults: readonly Fault[];
  readonly expected: Expected;
}

const fault = (kind: string, more: Omit<Fault, 'kind'> = {}): Fault => ({ kind, ...more });
const sent = (channel: 'sms' | 'email', receipt: string): Expected => ({ ledger: [`${channel} sent ${receipt}`], left: [channel], facts: ['sent'] });
/** The question is open for a while, and closed by a receipt or a look-up. */
const found = (channel: 'sms' | 'email', receipt: string): Expected => ({ ...sent(channel, receipt), facts: ['unknown', 'contactResult sent'] });
const neverKnown = (channel: 'sms' | 'email', left: readonly string[]): Expected => ({ ledger: [`${channel} unknown -`], left, facts: ['unknown', 'contactResult unknown'] });
/** After a late failure the law has the next channel wait for three days. */
const daysLaterByMail = (receipt: string, health: string, first: readonly string[] = ['sent']): Expected => ({
  ledger: [`sms undeliverable ${receipt}`, 'email sent delivered'], left: ['sms', 'email'], facts: [...first, 'deliveryFailed', 'deferred', 'sent'], health,
});
/** Whoever has an e-mail only has no other channel. */
const noOtherWay = (receipt: string, facts: readonly string[], health?: string): Expected => ({
  ledger: [`email undeliverable ${receipt}`], left: ['email'], facts, ...(health === undefined ? {} : { health }),
});
/** Called four times and refused each time; three hours later it goes. */
const afterAWhile = (channel: 'sms' | 'email', receipt: string): Expected => ({ ledger: [`${channel} rejected -`, `${channel} sent ${receipt}`], left: [channel], facts: ['deferred', 'sent'] });

const TWILIO: readonly Case[] = [
  { faults: [fault('slow')], expected: sent('sms', 'delivered') },
  { faults: [fault('timeout')], expected: found('sms', 'delivered') },
  { faults: [fault('429')], expected: sent('sms', 'delivered') },
  { faults: [fault('429', { next: 4 })], expected: afterAWhile('sms', 'delivered') },
  { faults: [fault('500')], expected: neverKnown('sms', []) },
  { faults: [fault('500', { accepted: true })], expected: found('sms', 'delivered') },
  { faults: [fault('500', { accepted: true }), fault('noCallback')], expected: found('sms', 'delivered') },
  { faults: [fault('resetAfterAccept')], expected: found('sms', 'delivered') },
  { faults: [fault('resetAfterAccept'), fault('noCallback')], expected: found('sms', 'delivered') },
  { faults: [fault('resetAfterAccept'), fault('undelivered')], expected: daysLaterByMail('undelivered', 'softFailing', ['unknown', 'contactResult sent']) },
  { faults: [fault('resetBeforeAccept')], expected: neverKnown('sms', []) },
  { faults: [fault('duplicateCallback')], expected: sent('sms', 'delivered') },
  { faults: [fault('lateCallback')], expected: sent('sms', 'delivered') },
  { faults: [fault('reorderedCallbacks')], expected: sent('sms', 'delivered') },
  // Nobody tells, so it is asked for.
  { faults: [fault('noCallback')], expected: sent('sms', 'delivered') },
  { faults: [fault('undelivered'), fault('noCallback')], expected: daysLaterByMail('undelivered', 'softFailing') },
  { faults: [fault('undelivered')], expected: daysLaterByMail('undelivered', 'softFailing') },
  { faults: [fault('undelivered'), fault('lateCallback')], expected: daysLaterByMail('undelivered', 'softFailing') },
  { faults: [fault('undelivered'), fault('duplicateCallback')], expected: daysLaterByMail('undelivered', 'softFailing') },
  { faults: [fault('bounce'), fault('reorderedCallbacks')], expected: daysLaterByMail('undelivered', 'invalid') },
  { faults: [fault('bounce')], expected: daysLaterByMail('undelivered', 'invalid') },
  { faults: [fault('landline')], expected: daysLaterByMail('undelivered', 'landline') },
  { faults: [fault('optedOut')], expected: { ledger: ['sms rejected -'], left: [], facts: ['optedOut sms', 'undeliverable'] } },
];

const SENDGRID: readonly Case[] = [
  { faults: [fault('slow')], expected: sent('email', 'delivered') },
  { faults: [fault('timeout')], expected: found('email', 'delivered') },
  { faults: [fault('429')], expected: sent('email', 'delivered') },
  { faults: [fault('429', { next: 4 })], expected: afterAWhile('email', 'delivered') },
  { faults: [fault('500')], expected: neverKnown('email', []) },
  { faults: [fault('500', { accepted: true })], expected: found('email', 'delivered') },
  { faults: [fault('500', { accepted: true }), fault('noCallback')], expected: neverKnown('email', ['email']) },
  { faults: [fault('resetAfterAccept')], expected: found('email', 'delivered') },
  // Six hours late, long after the question was closed: the truth still comes in.
  { faults: [fault('resetAfterAccept'), fault('lateCallback')], expected: { ...sent('email', 'delivered'), facts: ['unknown', 'contactResult unknown', 'contactResult sent'] } },
  { faults: [fault('resetAfterAccept'), fault('bounce')], expected: noOtherWay('bounced', ['unknown', 'contactResult sent', 'deliveryFailed', 'refused'], 'invalid') },
  { faults: [fault('resetBeforeAccept')], expected: neverKnown('email', []) },
  { faults: [fault('duplicateCallback')], expected: sent('email', 'delivered') },
  { faults: [fault('lateCallback')], expected: sent('email', 'delivered') },
  { faults: [fault('reorderedCallbacks')], expected: sent('email', 'delivered') },
  { faults: [fault('noCallback')], expected: sent('email', '-') },
  { faults: [fault('undelivered')], expected: noOtherWay('blocked', ['sent', 'deliveryFailed', 'refused'], 'softFailing') },
  { faults: [fault('bounce')], expected: noOtherWay('bounced', ['sent', 'deliveryFailed', 'refused'], 'invalid') },
  { faults: [fault('bounce'), fault('duplicateCallback')], expected: noOtherWay('bounced', ['sent', 'deliveryFailed', 'refused'], 'invalid') },
  { faults: [fault('optedOut')], expected: noOtherWay('dropped', ['sent', 'optedOut email', 'deliveryFailed', 'refused']) },
];

/** Nobody tells what became of a mail, and nobody can be asked: what is not answered stays unknown. */
const SMTP: readonly Case[] = [
  { faults: [fault('slow')], expected: sent('email', '-') },
  { faults: [fault('timeout')], expected: neverKnown('email', ['email']) },
  { faults: [fault('429')], expected: sent('email', '-') },
  { faults: [fault('500')], expected: sent('email', '-') },
  { faults: [fault('500', { next: 4 })], expected: afterAWhile('email', '-') },
  { faults: [fault('resetAfterAccept')], expected: neverKnown('email', ['email']) },
  { faults: [fault('resetBeforeAccept')], expected: sent('email', '-') },
  { faults: [fault('resetBeforeAccept', { next: 4 })], expected: afterAWhile('email', '-') },
  { faults: [fault('undelivered')], expected: noOtherWay('blocked', ['sent', 'deliveryFailed', 'refused'], 'softFailing') },
  { faults: [fault('bounce')], expected: noOtherWay('bounced', ['sent', 'deliveryFailed', 'refused'], 'invalid') },
];

interface Way {
  readonly name: string;
  readonly channel: 'sms' | 'email' | 'smtp';
  readonly cases: readonly Case[];
}

const WAYS: Readonly<Record<'sendgrid' | 'smtp', readonly Way[]>> = {
  sendgrid: [{ name: 'an SMS by Twilio', channel: 'sms', cases: TWILIO }, { name: 'a mail by SendGrid', channel: 'email', cases: SENDGRID }],
  smtp: [{ name: 'a mail by SMTP', channel: 'smtp', cases: SMTP }],
};

const titleOf = ({ faults }: Case): string => faults.map(({ kind, next = 1, accepted }) => `${kind}${accepted === true ? ' after accepting' : ''}${next > 1 ? ` ${next} times` : ''}`).join(' and ');

describe.each(Object.entries(WAYS))('with %s for e-mail', (emailProvider, ways) => {
  let pacto: LivingSandbox;
  const persons = new Map<Case, { readonly id: string; readonly workflowId: string; readonly address: string; readonly email: string }>();
  const creditorId = `acme-faults-${emailProvider}`;

  async function log(way: Way, one: Case, number: number): Promise<void> {
    const phone = `+569612${String(34_000 + number)}`;
    const email = `deudora-${number}@example.org`;
    const points = [...(way.channel === 'sms' ? [{ kind: 'phone', value: phone, consent: 'granted' }] : []), { kind: 'email', value: email, consent: 'granted' }];
    const logged = await pacto.call('POST', '/v1/agreements', {
      creditorId, externalId: `F-${number}`, currency: 'CLP', strategy: PATIENT.id, instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: 45_990 }],
      person: { externalId: `P-${number}`, name: 'Ana Prueba Ficticia', zone: 'America/Santiago', contactPoints: points },
    });
    expect(logged.status).toBe(201);
    const address = way.channel === 'sms' ? phone : email;
    const { id, workflowId }: { id: string; workflowId: string } = logged.body;
    persons.set(one, { id, workflowId, address, email });
    for (const { kind, next = 1, accepted } of one.faults) {
      const body = { channel: way.channel, kind, next, to: address, ...(accepted === undefined ? {} : { accepted }) };
      const told = await fetch(`${pacto.providerUrl}/__faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      expect(told.status).toBe(201);
    }
  }

  beforeAll(async () => {
    pacto = await startLivingSandbox({ startAt: at('2027-01-04', '11:00'), emailProvider: emailProvider === 'smtp' ? 'smtp' : 'sendgrid' });
    expect((await pacto.call('POST', '/v1/creditors', creditorBody(creditorId))).status).toBe(201);
    await publishStrategy(pacto.ctx, parseStrategy(PATIENT, { version: 1 }), '');
    let number = 0;
    for (const way of ways) for (const one of way.cases) await log(way, one, number++);
    // The reminder of the twelfth, and three more days for what the law puts off.
    await pacto.advanceTo(at('2027-01-15', '20:00'));
  });
  afterAll(() => pacto?.stop());

  for (const way of ways) {
    test.each(way.cases.map((one) => [titleOf(one), one] as const))(`${way.name}: %s`, async (_title, one) => {
      const person = persons.get(one);
      if (person === undefined) throw new Error('this person was not logged');
      const attempts = await pacto.db.selectFrom('attempt').selectAll('attempt').distinct().innerJoin('attempt_agreement', 'attempt_agreement.attempt_id', 'attempt.id')
        .where('attempt_agreement.agreement_id', '=', person.id).orderBy('claim_seq').execute();
      const { state } = await loadState(pacto.db, person.id);
      const journal = (await pacto.journal()).filter(({ to }) => to === person.address || to === person.email);
      const health = await pacto.db.selectFrom('contact_point').select('health').where('value', '=', person.address).executeTakeFirstOrThrow();
      expect({
        ledger: attempts.map((attempt) => `${attempt.channel} ${attempt.state} ${attempt.receipt ?? '-'}`),
        left: journal.map(({ channel }) => channel), facts: state.events.map(said), health: health.health,
      }).toEqual({ health: 'valid', ...one.expected });
      // One message an attempt at most, and only those of attempts.
      expect(journal.map(({ attemptId }) => attemptId)).toEqual([...new Set(journal.map(({ attemptId }) => attemptId))]);
      for (const { attemptId } of journal) expect(await attemptParts(pacto.db, attemptId ?? '')).toHaveLength(1);
      // An open question is closed within its validity and an hour.
      for (const attempt of attempts) {
        expect(attempt.ended_at).not.toBeNull();
        const answer = state.events.find((event) => event.kind === 'contactResult' && event.attempt === attempt.id);
        if (answer !== undefined) expect(answer.at).toBeLessThanOrEqual(attempt.valid_until + HOUR);
      }
      expect((await pacto.gateway.queryState(person.workflowId))?.state).toEqual(state);
    });
  }

  test('every fault has struck, and the audit of everybody is clean', async () => {
    expect(await (await fetch(`${pacto.providerUrl}/__faults`)).json()).toEqual({ faults: [] });
    const { findings, attempts } = await audit(pacto.ctx, {
      gateway: pacto.gateway, providerUrl: pacto.providerUrl, policies: shippedPolicies(process.versions.tz ?? 'unknown'), wallNow: () => wallNow() + ALL_SETTLED_MS,
    });
    expect(findings).toEqual([]);
    expect(attempts).toBeGreaterThanOrEqual(persons.size);
  });
});

function said(event: AgreementEvent): string {
  switch (event.kind) {
    case 'stepResult': return event.result;
    case 'contactResult': return `contactResult ${event.result}`;
    case 'optedOut': return `optedOut ${event.scope}`;
    default: return event.kind;
  }
}
