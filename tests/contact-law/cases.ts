/** Contact cases to test with: one plain case to vary, and random ones around the days on which clocks change. */
import fc from 'fast-check';
import { CALENDARS } from '../../src/contact-law/calendars.ts';
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

/** A message from the person that has not come yet is known to nobody. */
const known = (now: number) => <Past extends PastContact>(past: Past): PastContact => (past.direction === 'in' && past.at > now ? { ...past, direction: 'out' } : past);

const around = (now: number): fc.Arbitrary<PastContact> =>
  fc.record({
    channel: fc.constantFrom(...CHANNELS),
    at: fc.integer({ min: -4 * 24 * 60, max: 2 * 24 * 60 }).map((minutes) => now + minutes * MINUTE),
    kind: fc.constantFrom('attempt' as const, 'conversation' as const),
    direction: fc.constantFrom('out' as const, 'out' as const, 'in' as const),
    purpose: fc.constantFrom(...PURPOSES),
  }).map(known(now));

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

/** Holidays as the reference asks for them. */
export function holidays(calendar: string, date: string): boolean | 'unknown' {
  const known = CALENDARS[calendar];
  return known?.years.includes(Number(date.slice(0, 4))) === true ? known.dates.includes(date) : 'unknown';
}

/** Every profile with the zones that its people live in. */
export const PROFILES: Readonly<Record<string, readonly string[]>> = {
  CL: ['America/Santiago', 'America/Punta_Arenas', 'Pacific/Easter'], CO: ['America/Bogota'],
  MX: ['America/Mexico_City', 'America/Tijuana', 'America/Ciudad_Juarez', 'America/Cancun'], PE: ['America/Lima'],
  EC: ['America/Guayaquil', 'Pacific/Galapagos'], AR: ['America/Argentina/Buenos_Aires'], BR: ['America/Sao_Paulo', 'America/Manaus', 'America/Noronha'],
  BR_SP: ['America/Sao_Paulo'], BR_RJ: ['America/Sao_Paulo'], BR_ES: ['America/Sao_Paulo'], BR_AM: ['America/Manaus'], BR_AL: ['America/Maceio'],
  ES: ['Europe/Madrid', 'Atlantic/Canary'], UK: ['Europe/London'], US: ['America/New_York', 'America/Chicago', 'America/Phoenix', 'Pacific/Honolulu'],
  US_MA: ['America/New_York'], US_FL: ['America/New_York', 'America/Chicago'], US_NYC: ['America/New_York'], US_DC: ['America/New_York'], US_WA: ['America/Los_Angeles'],
  'CL+MARGIN+PROVIDER': ['America/Santiago'], 'US_FL+US_NYC+MARGIN+PROVIDER+PROVIDER_US': ['America/New_York'],
};

/** Days on which something changes: clocks, holidays, years, the dates on which a rule comes into force. */
const EDGES = [
  '2025-01-01', '2025-04-05', '2025-04-18', '2025-04-19', '2025-09-07', '2025-11-02', '2025-12-31', '2026-03-08', '2026-04-04', '2026-04-05', '2026-08-31',
  '2026-09-01', '2026-09-06', '2026-09-18', '2026-10-09', '2026-10-25', '2026-11-01', '2026-11-30', '2026-12-01', '2026-12-08', '2026-12-25', '2027-01-01',
  '2027-03-14', '2027-03-26', '2027-03-27', '2027-04-04', '2027-07-12', '2028-02-29', '2028-12-30', '2029-07-29', '2030-05-01', '2030-12-20',
];
/** Minutes of the day about which windows open and close. */
const HANDS = [0, 1, 450, 480, 539, 540, 840, 900, 1080, 1140, 1200, 1260, 1320, 1439];

const edgyInstant = fc.tuple(fc.constantFrom(...EDGES), fc.constantFrom(...HANDS), fc.integer({ min: -400, max: 400 }), fc.constantFrom(0, 1, 59))
  .map(([day, hand, off, seconds]) => Date.parse(`${day}T00:00:00Z`) + (hand + off) * MINUTE + seconds * 1_000);
const anyInstant = fc.integer({ min: Date.parse('2025-01-02T00:00:00Z') / MINUTE, max: Date.parse('2030-12-01T00:00:00Z') / MINUTE }).map((minute) => minute * MINUTE);

const pastOf = (now: number): fc.Arbitrary<PastContact> => fc.record({
  channel: fc.constantFrom(...CHANNELS),
  at: fc.oneof(fc.integer({ min: -9 * 24 * 60, max: 24 * 60 }), fc.constantFrom(-7 * 24 * 60, -6 * 24 * 60, -3 * 24 * 60, -2 * 24 * 60)).map((minutes) => now + minutes * MINUTE),
  kind: fc.constantFrom('attempt' as const, 'conversation' as const),
  direction: fc.constantFrom('out' as const, 'out' as const, 'out' as const, 'in' as const),
  purpose: fc.constantFrom('collection' as const, 'collection' as const, 'preDueReminder' as const, ...PURPOSES),
}).chain((past) => fc.constantFrom({}, { debtId: 'D-1' }, { debtId: 'D-2' }).map((debt) => ({ ...past, ...debt }))).map(known(now));

/** Any case of any profile, over the five years of the calendars, thick around the edges. */
export function lawCase(profiles: readonly string[] = Object.keys(PROFILES)): fc.Arbitrary<ContactCase> {
  return fc.tuple(fc.constantFrom(...profiles), fc.oneof(edgyInstant, anyInstant)).chain(([profile, now]) => fc.record({
    profile: fc.constant(profile), now: fc.constant(now),
    zones: fc.oneof(fc.uniqueArray(fc.constantFrom(...(PROFILES[profile] ?? ['UTC'])), { minLength: 1, maxLength: 2 }), fc.constant([])),
    channel: fc.constantFrom(...CHANNELS), purpose: fc.constantFrom('collection' as const, 'collection' as const, 'preDueReminder' as const, ...PURPOSES),
    party: fc.constantFrom('debtor' as const, 'debtor' as const, 'debtor' as const, 'codebtor' as const, 'guarantor' as const, 'spouse' as const, 'attorney' as const, 'relative' as const),
    creditorType: fc.constantFrom('firstParty' as const, 'thirdParty' as const, 'thirdParty' as const),
    history: fc.array(pastOf(now), { maxLength: 6 }),
    stops: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fc.record({
      on: fc.constantFrom('servedInSuit' as const, 'insolvency' as const, 'attorney' as const, 'writtenCease' as const, 'deceased' as const, 'paid' as const, 'disputed' as const, 'dataBlocked' as const, 'wrongNumber' as const),
      at: fc.integer({ min: -4, max: 4 }).map((hours) => now + hours * HOUR),
    }), { maxLength: 2 }) }),
    debtId: fc.constantFrom('D-1', 'D-2'),
  }));
}
