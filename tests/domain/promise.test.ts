/** Which money keeps a promise, what it covers meanwhile, and when no further one is taken. */
import { describe, expect, it } from 'vitest';
import type { LocalDate } from '../../src/domain/agreement.ts';
import { promiseCover, promiseStatus } from '../../src/domain/promise.ts';
import { checkPromise } from '../../src/domain/promise-limits.ts';
import { viewOf } from '../../src/domain/view.ts';
import { on, Told } from './agreement.ts';

const made = on('2027-01-12');
/** The end of the local day two days after the promised date. */
const judged = on('2027-01-19', '00:00');

function promised(amountMinor: number, dueOn: LocalDate = '2027-01-16', told = new Told()): Told {
  return told.tell(made, { kind: 'promiseMade', promise: `q${viewOf(told.state).promises.length + 1}`, amountMinor, dueOn, channel: 'call' });
}

const statusAt = (told: Told, now: number, promise = 'q1'): string => promiseStatus(viewOf(told.state), promise, now);

describe('a promise', () => {
  it('is open up to the end of its grace, then broken', () => {
    expect(statusAt(promised(30_000), judged - 1)).toBe('open');
    expect(statusAt(promised(30_000), judged)).toBe('broken');
  });

  it('is kept by all of the money in time, partly by some, not by money that comes late or came before', () => {
    expect(statusAt(promised(30_000).pays(on('2027-01-15'), 30_000), on('2027-01-15'))).toBe('kept');
    expect(statusAt(promised(30_000).pays(on('2027-01-15'), 10_000), judged)).toBe('partlyKept');
    expect(statusAt(promised(30_000).pays(judged, 30_000), judged)).toBe('broken');
    expect(statusAt(promised(30_000, '2027-01-16', new Told().pays(on('2027-01-11'), 30_000)), judged)).toBe('broken');
  });

  it('is not kept by a payment that was reversed, and one payment does not keep two', () => {
    expect(statusAt(promised(30_000).pays(on('2027-01-15'), 30_000, 'p').tell(on('2027-01-20'), { kind: 'paymentReversed', payment: 'p' }), judged)).toBe('broken');
    const two = promised(30_000, '2027-01-15', promised(30_000)).pays(on('2027-01-14'), 30_000);
    expect([statusAt(two, judged), statusAt(two, judged, 'q2')]).toEqual(['broken', 'kept']);
  });

  it('covers what it would pay, oldest first, also in part', () => {
    const covered = (amount: number): string[] => [...promiseCover(viewOf(promised(amount).state), made).keys()];
    expect(covered(50_000)).toEqual(['i1v1']);
    expect(covered(50_001)).toEqual(['i1v1', 'i2v1']);
    expect([...promiseCover(viewOf(promised(50_000).state), judged).keys()]).toEqual([]);
  });
});

describe('another promise', () => {
  const offer = { amountMinor: 20_000, dueOn: '2027-01-20' };
  const codeOf = (told: Told, given: Partial<typeof offer> = {}, now = made): string | null => checkPromise(told.state, { ...offer, ...given }, now)?.code ?? null;

  it('is taken for an amount that is owed and a date within the month', () => {
    expect(codeOf(new Told())).toBeNull();
    expect(codeOf(new Told(), { dueOn: '2027-02-12' })).toBeNull();
    expect(codeOf(new Told(), { dueOn: '2027-02-13' })).toBe('ERR_PROMISE_LIMIT');
    expect(codeOf(new Told(), { dueOn: '2027-01-11' })).toBe('ERR_PROMISE_LIMIT');
    expect(codeOf(new Told(), { amountMinor: 100_001 })).toBe('ERR_PROMISE_LIMIT');
    expect(codeOf(new Told(), { amountMinor: 0 })).toBe('ERR_PROMISE_LIMIT');
  });

  it('is refused as the third in a row that is open or broken; a kept one begins the count anew', () => {
    const two = (): Told => promised(10_000, '2027-01-14', promised(10_000, '2027-01-13'));
    expect(codeOf(promised(10_000))).toBeNull();
    expect(codeOf(two())).toBe('ERR_PROMISE_LIMIT');
    expect(codeOf(two().pays(on('2027-01-13'), 20_000))).toBeNull();
  });

  it('is refused once nothing is left to promise', () => {
    expect(codeOf(new Told().pays(made, 100_000))).toBe('ERR_STATE');
    expect(codeOf(new Told().tell(made, { kind: 'cancelled', reason: 'error' }))).toBe('ERR_STATE');
  });
});
