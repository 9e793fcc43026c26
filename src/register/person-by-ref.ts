/** From what stands in an address or a file to a person and their lock: the id, or `creditor/externalId`. */
import { z } from 'zod';
import { personByExternalId, personById, type PersonRow } from '../db/persons.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import { movedAway } from './agreement-lock.ts';
import { underPersonLock, type PersonLock, type RegisterContext } from './person-lock.ts';

const uuid = z.uuid();
const TRIES = 6;

/** The person, as long as the actor may see them; ERR_NOT_FOUND otherwise. */
export async function resolvePerson({ db }: Pick<RegisterContext, 'db'>, actor: Actor, ref: string): Promise<PersonRow> {
  const [creditorId, externalId, ...rest] = ref.split('/');
  const byId = uuid.safeParse(ref).success ? await personById(db, ref.toLowerCase()) : undefined;
  const row = byId ?? (creditorId === undefined || externalId === undefined || rest.length > 0 ? undefined : await personByExternalId(db, creditorId, externalId));
  if (row === undefined) throw notFound();
  requireVisible(actor, row.creditor_id);
  return row;
}

/** Runs `work` with the person locked and read under the lock; a person who moved to another identity meanwhile is locked there. */
export async function underLockOf<T>(ctx: RegisterContext, personId: string, work: (lock: PersonLock, person: PersonRow) => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left -= 1) {
    const { identity_id: identityId } = await required(ctx, personId);
    try {
      return await underPersonLock(ctx, identityId, async (lock) => {
        const person = await personById(lock.trx, personId);
        if (person === undefined) throw notFound();
        if (person.identity_id !== identityId) throw movedAway();
        return work(lock, person);
      });
    } catch (error) {
      if (left === 0 || !(error instanceof AppError) || (await required(ctx, personId)).identity_id === identityId) throw error;
    }
  }
}

async function required({ db }: RegisterContext, personId: string): Promise<PersonRow> {
  const row = await personById(db, personId);
  if (row === undefined) throw notFound();
  return row;
}

function notFound(): AppError {
  return new AppError('ERR_NOT_FOUND', 'There is no such person.');
}
