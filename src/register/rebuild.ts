/** The agreement's state from PostgreSQL: the same fold of the same facts that the workflow holds. */
import { eventsOf, eventsOfMany } from '../db/agreement-events.ts';
import { agreementById, agreementsByIds } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import type { Db, Trx } from '../db/pool.ts';
import { strategyOf } from '../db/strategies.ts';
import type { AgreementEvent, AgreementState } from '../domain/agreement.ts';
import { apply, initialState } from '../domain/facts.ts';
import { AppError } from '../errors.ts';
import { withOverrides } from '../strategy/overrides.ts';
import type { Strategy } from '../strategy/strategy.ts';

export interface LoadedAgreement {
  readonly row: AgreementRow;
  readonly state: AgreementState;
}

/** The row and the rebuilt state; ERR_NOT_FOUND when there is no such agreement. */
export async function loadState(db: Db | Trx, agreementId: string): Promise<LoadedAgreement> {
  const row = await agreementById(db, agreementId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such agreement.');
  const strategy = await strategyOf(db, row.strategy_id, row.strategy_version);
  return { row, state: fold(row, strategy, await eventsOf(db, agreementId)) };
}

/** Several at once, in the order of the ids given; ids without an agreement are left out. */
export async function loadStates(db: Db | Trx, agreementIds: readonly string[]): Promise<LoadedAgreement[]> {
  const rows = await agreementsByIds(db, agreementIds);
  const events = await eventsOfMany(db, agreementIds);
  const strategies = new Map<string, Strategy>();
  for (const { strategy_id: id, strategy_version: version } of rows) {
    const key = `${id} ${version}`;
    if (!strategies.has(key)) strategies.set(key, await strategyOf(db, id, version));
  }
  return rows.flatMap((row) => {
    const strategy = strategies.get(`${row.strategy_id} ${row.strategy_version}`);
    return strategy === undefined ? [] : [{ row, state: fold(row, strategy, events.get(row.id) ?? []) }];
  });
}

function fold(row: AgreementRow, strategy: Strategy, events: readonly AgreementEvent[]): AgreementState {
  return events.reduce<AgreementState>(apply, initialState(row.terms, withOverrides(strategy, row.strategy_overrides)));
}
