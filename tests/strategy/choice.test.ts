import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { differencesOf } from '../../src/strategy/difference.ts';
import { historyOf } from '../../src/strategy/history.ts';
import { unknownSteps, withOverrides } from '../../src/strategy/overrides.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { scoreOf } from '../../src/strategy/score.ts';
import { chooseStrategy, parseSegments, type SegmentFacts } from '../../src/strategy/segment.ts';
import { on, standard, termsOf, Told } from '../domain/agreement.ts';

const FACTS: SegmentFacts = {
  creditorId: 'acme', country: 'CL', product: null, currency: 'CLP', amountMinor: 100_000, score: 30,
  missed: 0, onTime: 0, promisesKept: 0, promisesBroken: 0, daysPastDue: 0,
};
const chosen = (rule: object, facts: Partial<SegmentFacts>): boolean => chooseStrategy(parseSegments({ segments: [{ key: 'it', if: rule, strategy: 'strict' }] }), { ...FACTS, ...facts }).segment === 'it';

describe('segments', () => {
  it.each([
    ['the amount of its currency', { amount: { CLP: { min: 100_000 } } }, { amountMinor: 100_000 }, { amountMinor: 99_999 }],
    ['no amount of another currency', { amount: { CLP: { min: 0 } } }, {}, { currency: 'MXN' }],
    ['the age', { daysPastDue: { min: 10, max: 30 } }, { daysPastDue: 30 }, { daysPastDue: 31 }],
    ['what was missed', { missed: { min: 2 } }, { missed: 2 }, { missed: 1 }],
    ['promises that were broken', { promisesBroken: { min: 1 } }, { promisesBroken: 1 }, {}],
    ['the rate of kept promises', { keptRate: { max: 50 } }, { promisesKept: 1, promisesBroken: 1 }, { promisesKept: 2, promisesBroken: 1 }],
    ['nobody who never promised, by that rate', { keptRate: { min: 0 } }, { promisesKept: 1 }, {}],
    ['the score', { score: { max: 30 } }, {}, { score: 31 }],
    ['the product', { product: ['car'] }, { product: 'car' }, { product: null }],
    ['the creditor', { creditor: ['acme'] }, {}, { creditorId: 'bravo' }],
    ['the country', { country: ['CL', 'PE'] }, { country: 'PE' }, { country: 'MX' }],
  ])('look at %s', (_, rule, yes, no) => {
    expect(chosen(rule, yes)).toBe(true);
    expect(chosen(rule, no)).toBe(false);
  });

  it('the first that matches wins; without a match the default of the file, without that the standard', () => {
    const set = parseSegments('segments:\n  - { key: a, if: { missed: { min: 1 } }, strategy: gentle }\n  - { key: b, strategy: strict }\n');
    expect(chooseStrategy(set, { ...FACTS, missed: 1 })).toEqual({ segment: 'a', strategy: 'gentle' });
    expect(chooseStrategy(set, FACTS)).toEqual({ segment: 'b', strategy: 'strict' });
    const narrow = { segments: [{ key: 'a', if: { missed: { min: 1 } }, strategy: 'gentle' }] };
    expect(chooseStrategy(parseSegments(narrow), FACTS)).toEqual({ segment: null, strategy: 'standard' });
    expect(chooseStrategy(parseSegments({ ...narrow, otherwise: 'strict' }), FACTS)).toEqual({ segment: null, strategy: 'strict' });
  });

  it.each([
    ['an empty range', { segments: [{ key: 'a', if: { missed: {} }, strategy: 'x' }] }, 'segments.0.if.missed'],
    ['a range upside down', { segments: [{ key: 'a', if: { missed: { min: 2, max: 1 } }, strategy: 'x' }] }, 'segments.0.if.missed'],
    ['two of one name', { segments: [{ key: 'a', strategy: 'x' }, { key: 'a', strategy: 'x' }] }, 'segments.1.key'],
    ['an unknown condition', { segments: [{ key: 'a', if: { mood: 1 }, strategy: 'x' }] }, 'segments.0.if'],
    ['no YAML', 'segments: [', ''],
  ])('refuse %s and say where', (_, file, path) => {
    const refusal = (): unknown => { try { return parseSegments(file); } catch (error) { return error; } };
    const error = refusal();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'ERR_SEGMENT', errors: expect.arrayContaining([expect.objectContaining({ path })]) });
  });
});

describe('the history of payments', () => {
  const told = (): Told => new Told(termsOf(), standard());

  it('counts what was unpaid when its grace ended, also when it was paid later', () => {
    const late = told().pays(on('2027-01-20'), 50_000);
    expect(historyOf([late.state], on('2027-01-21'))).toMatchObject({ missed: 1, onTime: 0, daysPastDue: 0 });
    const good = told().pays(on('2027-01-12'), 50_000);
    expect(historyOf([good.state], on('2027-01-21'))).toMatchObject({ missed: 0, onTime: 1 });
    expect(historyOf([good.state, late.state], on('2027-02-20'))).toMatchObject({ missed: 3, onTime: 1, daysPastDue: 10 });
  });

  it('judges promises that ended, not those that are open', () => {
    const promised = told().tell(on('2027-01-14'), { kind: 'promiseMade', promise: 'q', amountMinor: 50_000, dueOn: '2027-01-20', channel: 'call' });
    expect(historyOf([promised.state], on('2027-01-21'))).toMatchObject({ promisesKept: 0, promisesBroken: 0 });
    expect(historyOf([promised.state], on('2027-01-24'))).toMatchObject({ promisesKept: 0, promisesBroken: 1 });
    expect(historyOf([promised.pays(on('2027-01-19'), 50_000).state], on('2027-01-24'))).toMatchObject({ promisesKept: 1, promisesBroken: 0 });
  });
});

describe('the score', () => {
  const history = { missed: 0, onTime: 3, promisesKept: 0, promisesBroken: 0, daysPastDue: 0 };

  it('is the sum of its parts, each shown in words, from 0 to 100', () => {
    expect(scoreOf({ history, amountMinor: 0, usualMinor: 1 })).toMatchObject({ points: 0 });
    const worst = scoreOf({ history: { ...history, missed: 99, promisesBroken: 99, daysPastDue: 999 }, amountMinor: 1e9, usualMinor: 1 });
    expect(worst.points).toBe(100);
    const some = scoreOf({ history: { ...history, missed: 1, daysPastDue: 45 }, amountMinor: 100, usualMinor: 100 });
    expect(some.parts.map(({ factor, points }) => [factor, points])).toEqual([['daysPastDue', 20], ['missed', 8], ['promisesBroken', 0], ['amount', 2]]);
    expect(some.points).toBe(30);
    expect(some.parts[0]?.text.es).toBe('Días de atraso: 45 (20 de 40 puntos)');
  });

  it('weighs broken promises against kept ones, and knows no usual amount of some currencies', () => {
    expect(scoreOf({ history: { ...history, promisesKept: 2, promisesBroken: 2 }, amountMinor: 1e9, usualMinor: 0 }).points).toBe(0);
  });
});

describe('what a creditor overrides', () => {
  it('changes grace, amounts and hours, leaves out steps, and leaves everything else and the version alone', () => {
    const mine = withOverrides(standard(), { graceDays: 4, smallBalance: { CLP: 900 }, minOverdue: { CLP: 1 }, steps: { second: { at: '16:15' }, third: { disabled: true } } });
    expect(mine).toMatchObject({ id: 'standard', version: standard().version, graceDays: 4, smallBalance: { CLP: 900 } });
    expect(mine.steps.find(({ key }) => key === 'second')?.atMinute).toBe(16 * 60 + 15);
    expect(mine.steps.map(({ key }) => key)).not.toContain('third');
    expect(mine.steps.find(({ key }) => key === 'pre-legal')?.minOverdue).toMatchObject({ CLP: 1, PEN: 12_000 });
    expect(mine.steps.find(({ key }) => key === 'missed')).toEqual(standard().steps.find(({ key }) => key === 'missed'));
    expect(withOverrides(standard(), null)).toEqual(standard());
  });

  it('that names a step that is not there is found', () => {
    expect(unknownSteps(standard(), { steps: { missed: {}, nothing: {} } })).toEqual(['nothing']);
  });
});

describe('the difference of two strategies', () => {
  const step = (key: string, days: number, more: object = {}): object => ({ key, when: { anchor: 'due', days, at: '10:00' }, do: 'contact', template: 'missed', ...more });
  const of = (steps: readonly object[], more: object = {}) => parseStrategy({ id: 'test', country: ['CL'], steps, ...more }, { version: 1 });

  it('is told by step, in words', () => {
    const found = differencesOf(of([step('a', 3), step('b', 8)]), of([step('a', 4, { channels: ['email'] }), step('c', 9)], { graceDays: 5, caps: [{ max: 2, over: { rollingDays: 7 } }] }));
    expect(found.map(({ step: key, kind, text }) => [key, kind, text.es])).toEqual([
      [null, 'changed', 'Días de gracia: 2 → 5.'], [null, 'changed', 'Topes: - → all 2/rollingDays 7.'],
      ['a', 'changed', 'día: +3 → +4; canales: sms, email → email.'],
      ['c', 'added', 'Paso nuevo: c, mensaje, día +9 (due), sms, email.'], ['b', 'removed', 'Se elimina el paso: b, mensaje, día +8 (due), sms, email.'],
    ]);
  });

  it('is empty for two that do the same', () => {
    expect(differencesOf(standard(), { ...standard(), version: 9 })).toEqual([]);
  });
});
