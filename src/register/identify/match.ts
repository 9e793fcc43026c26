/** Doubtful identities: the list, and a person's decision, which can be changed. */
import { z } from 'zod';
import { decideMatch, firstSure, matchById, matchRows, standingJoin, sureMatches, unsure, type MatchRow } from '../../db/matches.ts';
import { personById, type PersonRow } from '../../db/persons.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../actor.ts';
import { pageOf, positionOf, type Page, type PageQuery } from '../page.ts';
import type { RegisterContext } from '../person-lock.ts';
import { join, lockForUndo, lockPair, undoJoin } from './join.ts';

/** `POST /v1/matches/{id}`. */
export const decisionBody = z.strictObject({ decision: z.enum(['same', 'different']) });
export type Decision = z.output<typeof decisionBody>['decision'];

export interface MatchedPerson {
  readonly id: string;
  readonly creditorId: string;
  readonly externalId: string;
  readonly name: string;
}

/** A pair as the API answers it: `person` came later and is not contacted while it is open. */
export interface MatchAnswer {
  readonly id: string;
  readonly state: MatchRow['state'];
  readonly person: MatchedPerson;
  readonly other: MatchedPerson;
  /** Likeness of the names, 0 to 1. */
  readonly score: number;
  readonly shared: readonly ('phone' | 'email')[];
  readonly foundAt: string;
  readonly decidedAt?: string;
  readonly decidedBy?: string;
}

export interface MatchQuery extends PageQuery {
  readonly state?: MatchRow['state'] | undefined;
}

/** Pairs, the oldest first. A creditor's key sees those of which it has both: the others show another creditor's data. */
export async function listMatches(ctx: RegisterContext, actor: Actor, query: MatchQuery): Promise<Page<MatchAnswer>> {
  const rows = await matchRows(ctx.db, { creditorId: actor.creditorId, state: query.state }, { limit: query.limit + 1, after: positionOf(query.cursor) });
  const answers = new Map<string, MatchAnswer>();
  for (const row of rows.slice(0, query.limit)) answers.set(row.id, await answerOf(ctx, row));
  return pageOf(rows, query.limit, (row) => ({ at: row.found_at, id: row.id }), (row) => required(answers.get(row.id)));
}

/**
 * Decides a pair: `same` joins their identities, `different` keeps them apart and takes an earlier join back. The same
 * decision again changes nothing.
 */
export async function decide(ctx: RegisterContext, actor: Actor, id: string, decision: Decision): Promise<MatchAnswer> {
  const found = required(await matchById(ctx.db, id));
  const seen = await pairOf(ctx, found);
  if (actor.creditorId !== null && seen.some((person) => person.creditor_id !== actor.creditorId)) throw notFound();
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await inTransaction(ctx.db, (trx) => decideWithin({ ...ctx, db: trx }, id, decision, actor.id));
    } catch (error) {
      // Both were moved between the reading and the locking: look again.
      if (left === 0 || !(error instanceof AppError) || error.code !== 'ERR_DEPENDENCY') throw error;
    }
  }
}

const TRIES = 4;

async function decideWithin(ctx: RegisterContext & { db: Parameters<Parameters<typeof inTransaction>[1]>[0] }, id: string, decision: Decision, by: string): Promise<MatchAnswer> {
  const { db: trx } = ctx;
  const standing = await standingJoin(trx, id);
  if (standing !== undefined) await lockForUndo(trx, standing);
  const pair = await lockPair(trx, required(await matchById(trx, id)));
  const match = required(await matchById(trx, id));
  // Under the locks: a twin of this decision may have been faster.
  const now = await standingJoin(trx, id);
  if ((now?.id ?? null) !== (standing?.id ?? null)) throw new AppError('ERR_DEPENDENCY', 'The match was decided at this moment.');
  if (match.state === decision) return answerOf(ctx, match);
  if (pair.later.erased_at !== null || pair.earlier.erased_at !== null) throw new AppError('ERR_ERASED');
  if (decision === 'same') await join(ctx, trx, match, pair, by);
  else if (now !== undefined) await undoJoin(ctx, trx, now, pair, by);
  else if (pair.later.identity_id === pair.earlier.identity_id) throw new AppError('ERR_STATE', 'Both have the same national id: they are one person until it is corrected at its creditor.');
  await decideMatch(trx, id, { state: decision, by, at: await ctx.clock.now(trx) });
  return answerOf(ctx, required(await matchById(trx, id)));
}

/** Joins what needs nobody's decision; each in its own transaction, so that locks are taken in order. How many. */
export async function joinSure(ctx: RegisterContext, most = 200): Promise<number> {
  let joined = 0;
  for (const id of await sureMatches(ctx.db, most)) {
    try {
      await decide(ctx, { id: 'likeness', role: 'system', creditorId: null }, id, 'same');
      joined += 1;
    } catch (error) {
      ctx.log.warn({ err: error, matchId: id }, 'a sure match could not be joined: somebody decides');
      await unsure(ctx.db, id);
    }
  }
  return joined;
}

/** When there is something to join, epoch ms; null: nothing. */
export async function nextSure(ctx: Pick<RegisterContext, 'db'>): Promise<number | null> {
  return firstSure(ctx.db);
}

async function pairOf({ db }: Pick<RegisterContext, 'db'>, match: MatchRow): Promise<[PersonRow, PersonRow]> {
  return [required(await personById(db, match.person_id)), required(await personById(db, match.other_person_id))];
}

async function answerOf(ctx: Pick<RegisterContext, 'db'>, match: MatchRow): Promise<MatchAnswer> {
  const [person, other] = await pairOf(ctx, match);
  return {
    id: match.id, state: match.state, person: shown(person), other: shown(other), score: match.score / 1_000, shared: match.shared, foundAt: new Date(match.found_at).toISOString(),
    ...(match.decided_at === null ? {} : { decidedAt: new Date(match.decided_at).toISOString() }), ...(match.decided_by === null ? {} : { decidedBy: match.decided_by }),
  };
}

function shown({ id, creditor_id: creditorId, external_id: externalId, name }: PersonRow): MatchedPerson {
  return { id, creditorId, externalId, name };
}

function required<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}

function notFound(): AppError {
  return new AppError('ERR_NOT_FOUND', 'There is no such match.');
}
