/** What scripted debtors do at a message: answer it in words, follow its link. From the facts alone, so that a restart goes on where they stand. */
import { expect, test } from 'vitest';
import type { AgreementState, EventBody } from '../../src/domain/agreement.ts';
import { apply, initialState } from '../../src/domain/facts.ts';
import { DAY, HOUR } from '../../src/domain/zone.ts';
import { classifyReply } from '../../src/replies/classify.ts';
import type { Act } from '../../src/sandbox/debtors/act.ts';
import { WORDS } from '../../src/sandbox/debtors/in-words.ts';
import { actsOf, type Life } from '../../src/sandbox/debtors/life.ts';
import type { Persona } from '../../src/sandbox/sample/persona.ts';
import type { Strategy } from '../../src/strategy/strategy.ts';

const STRATEGY: Strategy = { id: 'bare', version: 1, country: ['CL'], graceDays: 2, smallBalance: {}, steps: [] };
const noon = (date: string): number => Date.parse(`${date}T15:00:00Z`);

interface Told { readonly at: number; readonly body: EventBody }

function stateAfter(...told: readonly Told[]): AgreementState {
  const terms = {
    agreementId: 'a', creditorId: 'comercial-sur', externalId: 'CS-9', country: 'CL', zone: 'America/Santiago', currency: 'CLP', agreedOn: '2026-12-01',
    instalments: [{ number: 1, dueOn: '2026-12-08', amountMinor: 10_000 }], components: {}, componentOrder: ['principal' as const], discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: null,
  };
  return told.reduce((state, { at, body }, index) => apply(state, { ...body, id: `e${index}`, seq: index + 1, at }), initialState(terms, STRATEGY));
}

const sent = (date: string, attempt: string, channel: 'sms' | 'email' = 'sms'): Told => ({ at: noon(date), body: { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'sent', attempt, channel } });
const answered = (date: string, said: string): Told => ({ at: noon(date), body: { kind: 'replyReceived', reply: 'r1', class: said } });

function acts(persona: Persona, state: AgreementState, post: Life['post'] = { link: undefined }): readonly Act[] {
  return actsOf({ persona, agreementId: 'a', personId: 'p', state, call: undefined, case: undefined, survey: undefined, ...(post === undefined ? {} : { post }) });
}

const kinds = (of: readonly Act[]): string[] => of.map(({ kind }) => kind);

test('what each of them writes is read as what it is meant to say', () => {
  const meant: Readonly<Record<string, string>> = { writesPromise: 'willPay', writesPaid: 'alreadyPaid', writesCallMe: 'callMe', writesCannot: 'cannotPay', writesOptOut: 'optOut', writesNotMe: 'wrongPerson' };
  const read = Object.entries(WORDS).map(([persona, text]) => [persona, classifyReply({ text, locale: 'es-CL', now: noon('2026-12-11'), zone: 'America/Santiago' }).class]);
  expect(Object.fromEntries(read)).toEqual(meant);
});

test('an answer follows two hours after the first message about a date that has passed, once', () => {
  const before = stateAfter(sent('2026-12-05', 'early'));
  expect(kinds(acts('writesOptOut', before))).toEqual(['pay']);
  const noticed = stateAfter(sent('2026-12-05', 'early'), sent('2026-12-11', 'notice'), sent('2026-12-16', 'second'));
  expect(acts('writesOptOut', noticed).find(({ kind }) => kind === 'answer')).toMatchObject({ attempt: 'notice', body: 'BAJA', at: noon('2026-12-11') + 2 * HOUR });
  const heard = stateAfter(sent('2026-12-11', 'notice'), answered('2026-12-11', 'optOut'));
  expect(kinds(acts('writesOptOut', heard))).toEqual(['pay']);
});

test('a number that is somebody else’s does not answer mails, and nobody answers where there are no messages', () => {
  expect(kinds(acts('writesNotMe', stateAfter(sent('2026-12-11', 'mail', 'email'))))).toEqual(['pay']);
  expect(kinds(acts('writesNotMe', stateAfter(sent('2026-12-11', 'mail', 'email'), sent('2026-12-16', 'text'))))).toEqual(['pay', 'answer']);
  expect(kinds(actsOf({ persona: 'writesNotMe', agreementId: 'a', personId: 'p', state: stateAfter(sent('2026-12-11', 'text')), call: undefined, case: undefined, survey: undefined }))).toEqual(['pay']);
});

test('who pays by link uses the one that is open on the day, and pays otherwise three days later if that came to nothing', () => {
  const link = { agreementId: 'a', attemptId: 'notice', createdAt: noon('2026-12-11'), expiresAt: noon('2026-12-11') + 30 * DAY, begun: false };
  const [byLink, otherwise] = acts('paysByLink', stateAfter(), { link });
  expect(byLink).toMatchObject({ kind: 'payByLink', attempt: 'notice' });
  expect(otherwise).toMatchObject({ kind: 'pay', amountMinor: 10_000, at: (byLink?.at ?? 0) + 3 * DAY });
  expect(kinds(acts('paysByLink', stateAfter(), { link: { ...link, expiresAt: noon('2026-12-12') } }))).toEqual(['pay']);
  // Begun and not confirmed yet: nobody pays a second time by it.
  expect(acts('paysByLink', stateAfter(), { link: { ...link, begun: true } })).toMatchObject([{ kind: 'pay', at: otherwise?.at }]);
  expect(kinds(acts('late', stateAfter(), { link }))).toEqual(['pay']);
});

test('who wrote a day pays on it; who wrote that he has paid lets the creditor say so two days later', () => {
  const promised: Told = { at: noon('2026-12-11'), body: { kind: 'promiseMade', promise: 'pr1', amountMinor: 10_000, dueOn: '2026-12-18', channel: 'sms' } };
  const [onTheDay] = acts('writesPromise', stateAfter(sent('2026-12-11', 'notice'), answered('2026-12-11', 'willPay'), promised));
  expect(new Date(onTheDay?.at ?? 0).toISOString()).toContain('2026-12-18');
  const [reported] = acts('writesPaid', stateAfter(sent('2026-12-11', 'notice'), answered('2026-12-11', 'alreadyPaid')));
  expect(reported).toMatchObject({ kind: 'pay', collectedBy: 'creditor', at: noon('2026-12-11') + 2 * DAY });
});
