/** Payments that an import tells of and that were made before Pacto followed the agreement: money like any other, but no news. */
import { describe, expect, it } from 'vitest';
import type { AgreementEvent } from '../../src/domain/agreement.ts';
import { nextStep } from '../../src/domain/decide.ts';
import { apply, initialState, migrate } from '../../src/domain/facts.ts';
import { occurrencesOf } from '../../src/domain/occurrence.ts';
import { viewOf } from '../../src/domain/view.ts';
import { on, said, standard, termsOf, Told } from './agreement.ts';

const DAY_OF_IMPORT = on('2026-12-02');
const past = (told: Told, amountMinor: number, payment: string, at = DAY_OF_IMPORT): Told => told.tell(at, { kind: 'paymentBooked', payment, amountMinor, beforePacto: true });

describe('an agreement that was paid up before Pacto followed it', () => {
  it('is settled and closes at once: no thanks, no survey', () => {
    const { state } = past(past(new Told(), 50_000, 'p1'), 50_000, 'p2');
    expect(viewOf(state)).toMatchObject({ phase: 'settled', balanceMinor: 0, settledBeforePacto: true, settlements: 1 });
    expect(said(state, DAY_OF_IMPORT)).toBe('close settled');
    expect(occurrencesOf(state)).toEqual([]);
    expect(nextStep(state, DAY_OF_IMPORT)).toBeNull();
  });

  it('is thanked for when what settled it in the end was paid under Pacto\'s watch', () => {
    const told = past(new Told(), 50_000, 'p1');
    expect(said(told.state, DAY_OF_IMPORT)).toBe('wait 2027-02-07T13:00 nextStep');
    told.pays(on('2027-02-09'), 50_000);
    expect(viewOf(told.state)).toMatchObject({ settledBeforePacto: false });
    expect(said(told.state, on('2027-02-09'))).toBe('contact thanks/s1');
  });

  it('stays silent when the history that settles it is imported late, after payments that Pacto saw', () => {
    const told = past(new Told().pays(on('2026-12-05'), 50_000), 50_000, 'p1', on('2026-12-06'));
    expect(said(told.state, on('2026-12-06'))).toBe('close settled');
  });

  it('a cheque of those days that bounces now is owed again, and whoever pays it is thanked', () => {
    const told = past(new Told(), 100_000, 'p1').tell(on('2026-12-20'), { kind: 'paymentReversed', payment: 'p1' });
    expect(viewOf(told.state)).toMatchObject({ phase: 'active', balanceMinor: 100_000, settledBeforePacto: false });
    told.pays(on('2027-01-05'), 100_000);
    expect(said(told.state, on('2027-01-05'))).toBe('contact thanks/s2');
  });

  it('the same facts in any order of arrival say the same', () => {
    const { state } = past(past(new Told(), 60_000, 'p1').pays(on('2026-12-03'), 10_000), 30_000, 'p2');
    const late = state.events.toReversed().reduce(apply, initialState(termsOf(), standard()));
    expect(viewOf(late)).toEqual(viewOf(state));
    expect(viewOf(late).settledBeforePacto).toBe(true);
  });
});

describe('facts and states of earlier releases', () => {
  it('have no such mark: a settlement is one that Pacto saw, and thanks are due as before', () => {
    const fact: AgreementEvent = { kind: 'paymentBooked', payment: 'p1', amountMinor: 100_000, id: 'paymentBooked/p1', seq: 3, at: on('2027-01-09') };
    const stored: unknown = JSON.parse(JSON.stringify(apply(initialState(termsOf(), standard()), fact)));
    const state = migrate(stored);
    expect(viewOf(state)).toMatchObject({ phase: 'settled', settledBeforePacto: false });
    expect(said(state, on('2027-01-09'))).toBe('contact thanks/s1');
  });
});
