/** What a person's "no more" means by the law of where they are: one address, a channel, or everything. */
import { optOutScope, optOutWords, widestScope } from '../contact-law/opt-out.ts';
import type { PolicySet } from '../contact-law/policy.ts';
import { agreementsOfPerson } from '../db/agreements.ts';
import { contactPointsOf } from '../db/contact-points.ts';
import { creditorById } from '../db/creditors.ts';
import type { ConsentChannel, PlaceInLaw } from '../db/database.ts';
import { personById } from '../db/persons.ts';
import type { Db, Trx } from '../db/pool.ts';
import type { OptOutBody } from './opt-out.ts';
import { policiesInForce } from './policies.ts';
import { placeInLaw } from './sending/law-subject.ts';

/** How somebody said it: by this channel, about a message to this contact point. */
export interface Said {
  readonly personId: string;
  readonly contactPointId: string;
  readonly channel: ConsentChannel;
}

export interface OptOutLaw {
  /** What is to be denied. The address falls silent whatever else does. */
  readonly body: OptOutBody;
  /** The words that ask for it there. */
  readonly words: readonly string[];
}

/** The law of every place where the person's agreements put them at `now` (epoch ms); of several the widest scope holds. */
export async function optOutLawOf(db: Db | Trx, said: Said, now: number, policies: PolicySet = policiesInForce()): Promise<OptOutLaw> {
  const places = await placesOf(db, said.personId, policies);
  return {
    body: bodyOf(widestScope(places.map((place) => optOutScope(policies, place, said.channel, now))), said),
    words: places.flatMap((place) => optOutWords(policies, place, said.channel, now)),
  };
}

/** `debtor` is everything of the creditor that was written to: what another writes, the message did not show. */
function bodyOf(scope: ReturnType<typeof optOutScope>, { contactPointId, channel }: Said): OptOutBody {
  switch (scope) {
    case 'address': return { contactPointId, scope: 'channel' };
    case 'channel': return { contactPointId, channel, scope: 'channel' };
    case 'debtor': return { scope: 'creditor' };
  }
}

/** Without an address the country of each agreement counts, and the creditor's when there is none that is not over. */
async function placesOf(db: Db | Trx, personId: string, policies: PolicySet): Promise<PlaceInLaw[]> {
  const person = await personById(db, personId);
  if (person === undefined) return [];
  const countries = (await agreementsOfPerson(db, personId)).filter(({ phase }) => phase !== 'closed').map(({ country }) => country);
  if (countries.length === 0) countries.push((await creditorById(db, person.creditor_id))?.country ?? '');
  const phone = (await contactPointsOf(db, personId)).find((point) => point.kind === 'phone')?.value ?? null;
  return [...new Set(countries)].map((country) => placeInLaw(policies, { country, zone: person.zone, address: person.address, phone, type: person.type }));
}
