/** Contact cases to test with: one plain case to vary, and random ones around the days on which clocks change. */
import fc from 'fast-check';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import type { ContactCase, LawChannel, PastContact, Purpose } from '../../src/contact-law/policy.ts';

export const POLICIES = shippedPolicies('2026c');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Wednesday 2 December 2026, 11:00 in Santiago. */
export const WEDNESDAY_11 = Date.parse('2026-12-02T14:00:00Z');

export function contactCase(change: Partial<ContactCase> = {}): ContactCase {
  return {
    profile: 'HOUSE', zones: ['America/Santiago'], now: WEDNESDAY_11, channel: 'sms', purpose: 'collection', party: 'debtor',
    creditorType: 'thirdParty', history: [], stops: [], ...change,
  };
}

const ZONES = [
  'America/Santiago', 'Pacific/Easter', 'America/Punta_Arenas', 'America/Bogota', 'America/Lima', 'America/Mexico_City', 'America/Tijuana',
  'America/Ciudad_Juarez', 'America/New_York', 'Europe/Madrid', 'UTC',
];
const CHANNELS: readonly LawChannel[] = ['call', 'visit', 'sms', 'whatsapp', 'email', 'letter'];
const PURPOSES: readonly Purpose[] = ['preDueReminder', 'collection', 'transactional', 'survey', 'legalNotice', 'optOutAck', 'replyToDebtor'];

/** Santiago changes on 2026-09-06 and 2027-04-04, Tijuana and New York on 2026-11-01 and 2027-03-14, Madrid on 2026-10-25. */
const BUSY_DAYS = ['2026-09-06', '2026-11-01', '2026-10-25', '2027-03-14', '2027-04-04', '2026-12-05', '2026-12-31', '2028-02-29'];

const instant = fc
  .tuple(fc.constantFrom(...BUSY_DAYS), fc.integer({ min: -3 * 24 * 60, max: 3 * 24 * 60 }), fc.integer({ min: 0, max: 59 }))
  .map(([day, minutes, seconds]) => Date.parse(`${day}T12:00:00Z`) + minutes * MINUTE + seconds * 1_000);

const around = (now: number): fc.Arbitrary<PastContact> =>
  fc.record({
    channel: fc.constantFrom(...CHANNELS),
    at: fc.integer({ min: -4 * 24 * 60, max: 2 * 24 * 60 }).map((minutes) => now + minutes * MINUTE),
    kind: fc.constantFrom('attempt' as const, 'conversation' as const),
    direction: fc.constantFrom('out' as const, 'out' as const, 'in' as const),
    purpose: fc.constantFrom(...PURPOSES),
  });

/** A case that may be lawful: known zones, the right party, no stop. */
export const anyCase: fc.Arbitrary<ContactCase> = instant.chain((now) =>
  fc.record({
    profile: fc.constant('HOUSE'),
    zones: fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 3 }),
    now: fc.constant(now),
    channel: fc.constantFrom(...CHANNELS),
    purpose: fc.constantFrom(...PURPOSES),
    party: fc.constantFrom('debtor' as const, 'codebtor' as const, 'guarantor' as const),
    creditorType: fc.constantFrom('firstParty' as const, 'thirdParty' as const),
    history: fc.array(around(now), { maxLength: 4 }),
    stops: fc.constant([]),
  }),
);

/** Any case at all: also the wrong party, stops, channels without consent, no zone. */
export const anyCaseAtAll: fc.Arbitrary<ContactCase> = fc
  .tuple(
    anyCase,
    fc.constantFrom('debtor' as const, 'relative' as const, 'attorney' as const, 'unknown' as const),
    fc.array(fc.record({ on: fc.constantFrom('paid' as const, 'disputed' as const, 'deceased' as const, 'attorney' as const, 'writtenCease' as const), after: fc.integer({ min: -5, max: 5 }) }), { maxLength: 1 }),
    fc.option(fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }), { nil: undefined }),
    fc.boolean(),
  )
  .map(([base, party, stops, authorisedChannels, zoneKnown]) => ({
    ...base,
    party,
    stops: stops.map(({ on, after }) => ({ on, at: base.now + after * HOUR })),
    zones: zoneKnown ? base.zones : [],
    ...(authorisedChannels && { authorisedChannels }),
  }));
