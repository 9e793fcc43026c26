/** Looks for other records of a person who was just taken in. What may be the same person waits for somebody's decision. */
import { decideMatch, holdValues, insertMatch, openMatchesOf, whoShares } from '../../db/matches.ts';
import { personById, type PersonRow } from '../../db/persons.ts';
import { resemblance, type PersonRecord } from '../../domain/same-person.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';

const BY = 'nationalId';

/** Asks about everybody who shares a contact point and has a similar name, once a pair. Under the person's lock. */
export async function lookForOthers(ctx: Pick<RegisterContext, 'newId'>, lock: PersonLock, person: PersonRecord & { readonly id: string; readonly created: boolean }): Promise<void> {
  await holdValues(lock.trx, person.id);
  if (!person.created) await answerByIds(lock, person.id);
  for (const other of await whoShares(lock.trx, person.id)) {
    const { verdict, score } = resemblance(person, other, other.shared);
    if (verdict === 'different') continue;
    await insertMatch(lock.trx, { id: ctx.newId(), person_id: person.id, other_person_id: other.personId, score, shared: other.shared, sure: verdict === 'sure', found_at: lock.now });
  }
}

/** A national id that was told since may answer what was asked. */
async function answerByIds(lock: PersonLock, personId: string): Promise<void> {
  const person = await personById(lock.trx, personId);
  if (person === undefined) return;
  for (const match of await openMatchesOf(lock.trx, personId)) {
    const other = await personById(lock.trx, match.person_id === personId ? match.other_person_id : match.person_id);
    if (other === undefined) continue;
    if (other.identity_id === person.identity_id) await decideMatch(lock.trx, match.id, { state: 'same', by: BY, at: lock.now });
    else if (resemblance(recordOf(person), recordOf(other), match.shared).verdict === 'different') await decideMatch(lock.trx, match.id, { state: 'different', by: BY, at: lock.now });
  }
}

function recordOf({ name, type, national_id: nationalId }: PersonRow): PersonRecord {
  return { name, type, nationalId };
}
