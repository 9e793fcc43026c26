/** Which strategy an agreement gets: the one that was named, what the segments choose, or the standard one. */
import { agreementsOfPerson } from '../db/agreements.ts';
import type { CreditorRow } from '../db/creditors.ts';
import type { StrategyChosen } from '../db/database.ts';
import type { Db, Trx } from '../db/pool.ts';
import { latestSegments } from '../db/segments.ts';
import { historyOf } from '../strategy/history.ts';
import { scoreOf, type Score } from '../strategy/score.ts';
import { chooseStrategy, type SegmentFacts } from '../strategy/segment.ts';
import type { AgreementBody } from './agreement-body.ts';
import type { PersonLock } from './person-lock.ts';
import { loadStates, type LoadedAgreement } from './rebuild.ts';

export const DEFAULT_STRATEGY = 'standard';

/** Usual debts, minor units: what the score measures an amount by. Other currencies score nothing for the amount. */
const USUAL: Readonly<Record<string, number>> = { CLP: 300_000, COP: 150_000_000, MXN: 600_000, PEN: 120_000, USD: 35_000, ARS: 35_000_000, BRL: 200_000, EUR: 35_000 };

interface Arriving {
  readonly personId: string;
  readonly creditor: CreditorRow;
  readonly body: Pick<AgreementBody, 'strategy' | 'product' | 'currency'>;
  readonly amountMinor: number;
  readonly country: string;
}

/** The strategy of an agreement that is being logged, under its person's lock. */
export async function chooseFor(lock: PersonLock, { personId, creditor, body, amountMinor, country }: Arriving): Promise<{ strategy: string; by: StrategyChosen }> {
  if (body.strategy !== undefined) return { strategy: body.strategy, by: 'named' };
  const set = await latestSegments(lock.trx);
  if (set === undefined) return { strategy: DEFAULT_STRATEGY, by: 'default' };
  const others = await loadStates(lock.trx, await countedOf(lock.trx, personId));
  const { facts } = factsOf(others, lock.now, {
    creditorId: creditor.id, country, product: body.product ?? null, currency: body.currency, amountMinor,
  });
  return { strategy: chooseStrategy(set.definition, facts).strategy, by: 'segment' };
}

/** Ids of what the person owes or owed; a debt that became an agreement is counted there. */
async function countedOf(db: Db | Trx, personId: string): Promise<string[]> {
  return (await agreementsOfPerson(db, personId)).filter((row) => row.agreed_in === null).map(({ id }) => id);
}

type About = Pick<SegmentFacts, 'creditorId' | 'country' | 'product' | 'currency' | 'amountMinor'>;

/** What the segments look at, from the person's agreements at one creditor, with the score that goes by it. */
export function factsOf(agreements: readonly LoadedAgreement[], now: number, about: About): { facts: SegmentFacts; score: Score } {
  const history = historyOf(agreements.map(({ state }) => state), now);
  const score = scoreOf({ history, amountMinor: about.amountMinor, usualMinor: USUAL[about.currency] ?? 0 });
  return { facts: { ...history, ...about, score: score.points }, score };
}

/** The facts and the score of an agreement that is logged. */
export async function factsOfAgreement(db: Db | Trx, { row }: LoadedAgreement, now: number): Promise<{ facts: SegmentFacts; score: Score }> {
  const all = await loadStates(db, await countedOf(db, row.person_id));
  return factsOf(all, now, { creditorId: row.creditor_id, country: row.country, product: row.product, currency: row.currency, amountMinor: row.balance_minor });
}
