/** What an agreement's rows of a source change about a person who was known: numbers that are new or no longer given, address, zone, name. */
import { agreementsOfPerson } from '../../db/agreements.ts';
import { contactPointsOf, reflectPoints } from '../../db/contact-points.ts';
import { lockIdentity } from '../../db/identities.ts';
import { personByExternalId, type PersonRow } from '../../db/persons.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { AgreementBody } from '../agreement-body.ts';
import type { RegisterContext } from '../person-lock.ts';
import { appendTimeline } from '../timeline.ts';

interface Known {
  readonly person: PersonRow;
  readonly points: ReadonlySet<string>;
}

type Told = Pick<AgreementBody, 'creditorId' | 'person'>;

/** The person as they stand under their lock, before the rows are taken in; null: nobody knew them. */
export async function asKnown(within: RegisterContext, { creditorId, person }: Told): Promise<Known | null> {
  return inTransaction(within.db, async (trx) => {
    const found = await personByExternalId(trx, creditorId, person.externalId);
    if (found === undefined) return null;
    await lockIdentity(trx, found.identity_id);
    const points = await contactPointsOf(trx, found.id);
    return { person: (await personByExternalId(trx, creditorId, person.externalId)) ?? found, points: new Set(points.map(({ kind, value }) => `${kind} ${value}`)) };
  });
}

const WORDS = {
  added: { es: 'contacto nuevo', en: 'new contact point' }, back: { es: 'contacto informado otra vez', en: 'contact point given again' },
  ungiven: { es: 'contacto que ya no se informa', en: 'contact point no longer given' }, address: { es: 'domicilio', en: 'address' }, zone: { es: 'zona horaria', en: 'time zone' },
  name: { es: 'nombre', en: 'name' }, nationalId: { es: 'documento de identidad', en: 'national id' },
} as const;

/** Marks what the source no longer gives and leaves an entry on every open agreement of the person; false when nothing changed. In the transaction of `within`, the person locked. */
export async function reflect(within: RegisterContext, sourceId: string, { creditorId, person: told }: Told, known: Known | null): Promise<boolean> {
  return inTransaction(within.db, async (trx) => {
    const person = await personByExternalId(trx, creditorId, told.externalId);
    if (person === undefined || person.erased_at !== null) return false;
    const now = await within.clock.now(trx);
    const { ungiven, back } = await reflectPoints(trx, { personId: person.id, sourceId, points: told.contactPoints, at: now });
    if (known === null) return false;
    const changes: (keyof typeof WORDS)[] = [
      ...(told.contactPoints.some(({ kind, value }) => !known.points.has(`${kind} ${value}`)) ? ['added' as const] : []),
      ...(back > 0 ? ['back' as const] : []), ...(ungiven > 0 ? ['ungiven' as const] : []),
      ...(JSON.stringify(known.person.address) === JSON.stringify(person.address) ? [] : ['address' as const]),
      ...(known.person.zone === person.zone ? [] : ['zone' as const]), ...(known.person.name === person.name ? [] : ['name' as const]),
      ...(JSON.stringify(known.person.national_id) === JSON.stringify(person.national_id) ? [] : ['nationalId' as const]),
    ];
    if (changes.length === 0) return false;
    const entry = {
      at: now, kind: 'personChanged', outcome: changes.join(','),
      text: { es: `La fuente informó cambios de la persona: ${changes.map((one) => WORDS[one].es).join(', ')}.`, en: `The source told changes of the person: ${changes.map((one) => WORDS[one].en).join(', ')}.` },
    };
    for (const row of await agreementsOfPerson(trx, person.id)) if (row.phase !== 'closed') await appendTimeline(trx, row.id, entry);
    return true;
  });
}
