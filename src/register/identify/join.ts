/**
 * Joining two identities because their records are one person, and taking a wrong join back exactly. What creditors share
 * of a person is joined and nothing else: the order of events, the counts of contacts, the stops. Facts hang on the person
 * at a creditor and so go back with them, those of the meantime too.
 */
import { agreementsOfPerson } from '../../db/agreements.ts';
import { lockIdentities, standingIdentity } from '../../db/identities.ts';
import { carryStops, closeJoin, hashOf, insertJoin, joinHangingOn, leadTo, levelSeqs, returnStops, type JoinRow, type MatchRow } from '../../db/matches.ts';
import { carryPerson, personById, personsOfIdentity, type PersonRow } from '../../db/persons.ts';
import type { Trx } from '../../db/pool.ts';
import { AppError } from '../../errors.ts';
import { hashedId } from '../hashed-id.ts';
import { lockHeld, type PersonLock, type RegisterContext } from '../person-lock.ts';
import { appendTimeline, type NewTimelineEntry } from '../timeline.ts';

export interface Pair {
  readonly later: PersonRow;
  readonly earlier: PersonRow;
}

/** Both persons with their identities locked, lowest id first, as they stand under the locks. */
export async function lockPair(trx: Trx, match: MatchRow): Promise<Pair> {
  const before = await readPair(trx, match);
  await lockIdentities(trx, [before.later.identity_id, before.earlier.identity_id]);
  const now = await readPair(trx, match);
  if (now.later.identity_id !== before.later.identity_id || now.earlier.identity_id !== before.earlier.identity_id) {
    throw new AppError('ERR_DEPENDENCY', 'The person was joined with another record at this moment.');
  }
  return now;
}

async function readPair(trx: Trx, match: MatchRow): Promise<Pair> {
  const [later, earlier] = [await personById(trx, match.person_id), await personById(trx, match.other_person_id)];
  if (later === undefined || earlier === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such person.');
  return { later, earlier };
}

/** Joins the later person's identity into the earlier one's; both are locked. Nothing to do when they are one already. */
export async function join(ctx: RegisterContext, trx: Trx, match: MatchRow, { later, earlier }: Pair, by: string): Promise<void> {
  const [from, to] = [later.identity_id, earlier.identity_id];
  if (from === to) return;
  const seq = await levelSeqs(trx, from, to);
  const lock = await lockHeld(ctx, trx, to);
  const persons = await personsOfIdentity(trx, from);
  for (const person of persons) await carryPerson(trx, person.id, to);
  const stops = await carryStops(trx, from, to);
  await leadTo(trx, from, to);
  await insertJoin(trx, {
    id: ctx.newId(), match_id: match.id, from_identity: from, to_identity: to, persons: persons.map(({ id }) => id), stops, joined_seq: seq, joined_at: lock.now, joined_by: by,
  });
  await tell(lock, [later, earlier], {
    kind: 'personsJoined',
    text: { es: 'La persona tenía más de un registro: sus contactos se cuentan juntos desde ahora.', en: 'The person had more than one record: their contacts are counted together from now on.' },
  });
}

/**
 * Takes a join back: who was moved returns, with what happened to them meanwhile, with the stops that were moved and those
 * that came in through them. ERR_STATE while another join hangs on one of them.
 */
export async function undoJoin(ctx: RegisterContext, trx: Trx, standing: JoinRow, { later, earlier }: Pair, by: string): Promise<void> {
  const hanging = await joinHangingOn(trx, standing);
  if (hanging !== undefined) throw new AppError('ERR_STATE', `The match ${hanging} was decided on the strength of this one: decide it anew first.`);
  const [from, root] = [standing.from_identity, await standingIdentity(trx, standing.to_identity)];
  const returning = (await personsOfIdentity(trx, root)).filter((person) => standing.persons.includes(person.id));
  const hash = await hashOf(trx, from);
  const joinedSince = hash === null ? [] : (await personsOfIdentity(trx, root)).filter((person) => !standing.persons.includes(person.id) && isOf(ctx, person, hash));
  const persons = [...returning, ...joinedSince];
  const seq = await levelSeqs(trx, from, root);
  const lock = await lockHeld(ctx, trx, root);
  await leadTo(trx, from, null);
  for (const person of persons) await carryPerson(trx, person.id, from);
  await returnStops(trx, root, from, { stops: standing.stops, persons: persons.map(({ id }) => id) });
  await closeJoin(trx, standing.id, { seq, at: lock.now, by });
  await tell(lock, [later, earlier], {
    kind: 'personsSeparated',
    text: { es: 'La unión con otro registro se deshizo: los contactos se cuentan por separado otra vez.', en: 'The join with another record was undone: contacts are counted apart again.' },
  });
}

/** The locks that an undo needs, lowest id first: the emptied identity and the one that counts now. */
export async function lockForUndo(trx: Trx, standing: JoinRow): Promise<void> {
  const root = await standingIdentity(trx, standing.to_identity);
  await lockIdentities(trx, [standing.from_identity, root]);
  if ((await standingIdentity(trx, standing.to_identity)) !== root) throw new AppError('ERR_DEPENDENCY', 'The person was joined with another record at this moment.');
}

/** Came in under the national id of the identity that was joined away. */
function isOf(ctx: RegisterContext, person: PersonRow, hash: string): boolean {
  return person.national_id !== null && ctx.identityHash(person.national_id.country, hashedId(person.national_id)) === hash;
}

/** The entry says nothing of the other record: it may be another creditor's. */
async function tell({ trx, now }: PersonLock, persons: readonly PersonRow[], entry: Pick<NewTimelineEntry, 'kind' | 'text'>): Promise<void> {
  for (const person of persons) for (const { id } of await agreementsOfPerson(trx, person.id)) await appendTimeline(trx, id, { at: now, ...entry });
}

