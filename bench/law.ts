/**
 * Decisions a CPU second of one core, for a person with ten past contacts: those that allow (the fast path of a claim), those
 * that defer (with the search for the first lawful minute), and those that allow with the window's end read.
 */
import { evaluate } from '../src/contact-law/evaluate.ts';
import type { ContactCase, LawChannel, LawDecision, PastContact } from '../src/contact-law/policy.ts';
import { shippedPolicies } from '../src/contact-law/shipped.ts';
import type { Figure } from './main.ts';

const POLICIES = shippedPolicies(process.versions.tz ?? 'unknown');
const DAY = 86_400_000;
const ROUNDS = 5;
const SECONDS = 1;
const TARGET = 200_000;

/** Ten contacts over the last eleven weeks; two weeks back the last of each kind, so that the next is lawful. */
function tenContacts(now: number, channel: LawChannel, debtId: string): PastContact[] {
  return Array.from({ length: 10 }, (_, n) => ({
    channel: n % 3 === 0 ? 'call' as const : channel, at: now - (14 + n * 7) * DAY, kind: n % 4 === 0 ? 'conversation' as const : 'attempt' as const,
    direction: n === 7 ? 'in' as const : 'out' as const, purpose: 'collection' as const, debtId, creditorId: 'acme',
  }));
}

/** A thousand persons at as many moments of one lawful hour: nothing is asked twice in a row. */
function persons(profile: string, zone: string, noon: string, change: (one: ContactCase) => Partial<ContactCase> = () => ({})): ContactCase[] {
  return Array.from({ length: 1_000 }, (_, n) => {
    const now = Date.parse(noon) + n * 1_000 + Math.floor(n / 250) * 7 * DAY;
    const one: ContactCase = {
      profile, zones: [zone], now, channel: 'sms', purpose: 'collection', party: 'debtor', creditorType: 'thirdParty',
      history: tenContacts(now, 'sms', `debt-${n}`), stops: [], authorisedChannels: ['sms', 'call', 'email'], debtId: `debt-${n}`, creditorId: 'acme',
    };
    return { ...one, ...change(one) };
  });
}

/** CPU seconds of this thread: on a shared machine wall time shows the neighbours. */
function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/** The median of some rounds of a second each. */
function perSecond(cases: readonly ContactCase[], expected: LawDecision['decision'], read: (decision: LawDecision) => unknown): number {
  for (const one of cases) if (evaluate(POLICIES, one).decision !== expected) throw new Error(`${one.profile} answers ${evaluate(POLICIES, one).rules.join(', ')}`);
  const rounds = Array.from({ length: ROUNDS }, () => {
    let decisions = 0;
    const began = cpuSeconds();
    for (; cpuSeconds() - began < SECONDS; decisions += cases.length) for (const one of cases) read(evaluate(POLICIES, one));
    return decisions / (cpuSeconds() - began);
  });
  return Math.round(rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0);
}

export function benchLaw(): Promise<readonly Figure[]> {
  const only = ({ decision }: LawDecision): unknown => decision;
  const places: readonly (readonly [string, string, string])[] = [
    ['CL', 'America/Santiago', '2026-11-11T15:00:00Z'], ['CO', 'America/Bogota', '2026-11-11T15:00:00Z'], ['MX', 'America/Mexico_City', '2026-11-11T17:00:00Z'],
    ['PE', 'America/Lima', '2026-11-11T15:00:00Z'], ['US_MA+US_NYC', 'America/New_York', '2026-11-11T17:00:00Z'],
  ];
  const allow = places.map(([profile, zone, noon]) => ({ name: `${profile}: allow, ten past contacts`, value: perSecond(persons(profile, zone, noon), 'allow', only), unit: `decisions/s (${TARGET} at least)` }));
  const chile = places[0] ?? ['CL', '', ''];
  const contactedToday = (one: ContactCase): Partial<ContactCase> => ({ history: [...one.history, { channel: 'sms', at: one.now - 3_600_000, kind: 'attempt' }] });
  return Promise.resolve([
    ...allow,
    { name: 'CL: allow, zone unknown (four zones)', value: perSecond(persons(chile[0], '', chile[2], () => ({ zones: [] })), 'allow', only), unit: 'decisions/s' },
    { name: 'CL: allow, end of the window read', value: perSecond(persons(...chile), 'allow', ({ windowEnd }) => windowEnd), unit: 'decisions/s' },
    { name: 'CL: defer, first lawful minute found', value: perSecond(persons(...chile, contactedToday), 'defer', only), unit: 'decisions/s' },
  ]);
}
