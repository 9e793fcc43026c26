/** The person of an agreement as the contact law asks about them: where they are, how they may be reached, what was done to reach them. */
import type { ContactCase, LawChannel, PastContact, PolicySet, Purpose } from '../../contact-law/policy.ts';
import { sendingProfileFor } from '../../contact-law/place.ts';
import { isStopEvent } from '../../contact-law/stop-event.ts';
import { profileOf } from '../../contact-law/profile.ts';
import { candidateZones } from '../../contact-law/zones.ts';
import { contactPointsOf, type ContactPoint } from '../../db/contact-points.ts';
import { creditorById, type CreditorRow } from '../../db/creditors.ts';
import type { AgreementRow, PlaceInLaw } from '../../db/database.ts';
import { contactHistory } from '../../db/history.ts';
import { stopsOf } from '../../db/identities.ts';
import { doubtsOf } from '../../db/matches.ts';
import { personById, type PersonRow } from '../../db/persons.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { DAY } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';

/** Longest span over which a rule of any profile counts contacts. */
const HISTORY_DAYS = 45;
/** Names no profile, so the evaluator refuses: a country without rules is not contacted. */
const NO_PROFILE = 'none';

/** Everything the question needs about a person, read once. */
export interface LawSubject {
  readonly row: AgreementRow;
  readonly person: PersonRow;
  readonly creditor: CreditorRow;
  readonly points: readonly ContactPoint[];
  readonly history: readonly PastContact[];
  readonly stops: ContactCase['stops'];
  /** Perhaps somebody who is known under another record and has a stop there: nothing leaves until it is decided (src/register/identify). */
  readonly doubtful: boolean;
}

/** Reads the subject; `except` is the attempt that asks for itself. */
export async function readSubject(db: Db | Trx, row: AgreementRow, now: number, except: string | null = null): Promise<LawSubject> {
  const person = await personById(db, row.person_id);
  const creditor = await creditorById(db, row.creditor_id);
  if (person === undefined || creditor === undefined) throw new AppError('ERR_NOT_FOUND');
  const stops = await stopsOf(db, row.identity_id);
  const doubts = await doubtsOf(db, row.person_id, row.creditor_id);
  return {
    row, person, creditor,
    // Whoever was erased is reached by nothing, whatever somebody enters afterwards.
    points: person.erased_at === null ? await contactPointsOf(db, person.id) : [],
    history: await contactHistory(db, [row.identity_id, ...doubts.identities], now - HISTORY_DAYS * DAY, except),
    stops: stops.filter((stop) => stop.creditor_id === null || stop.creditor_id === creditor.id)
      .flatMap((stop) => (isStopEvent(stop.kind) ? [{ on: stop.kind, at: stop.at }] : [])),
    doubtful: doubts.waits,
  };
}

/** What is known of where a person is; `country` is the agreement's, for who told no address. */
export interface Whereabouts {
  readonly country: string;
  readonly zone: string | null;
  readonly address: PersonRow['address'];
  /** The preferred one, E.164. */
  readonly phone: string | null;
  readonly type: PersonRow['type'];
}

/**
 * The profile and the candidate zones of a place. The zone that was declared and the one that the address lies in both
 * count when they differ, and so does the phone's where the profile says so: the contact must be lawful in all of them.
 */
export function placeInLaw(policies: PolicySet, { country, zone, address, phone, type }: Whereabouts): PlaceInLaw {
  const place = { country: address?.country ?? country, state: address?.region, city: address?.city };
  const profile = sendingProfileFor(policies, place) ?? NO_PROFILE;
  const trusted = profileOf(policies, profile)?.zones;
  return {
    profile,
    zones: trusted === undefined ? [] : candidateZones({ address: place, ...(zone === null ? {} : { declared: zone }), ...(phone === null ? {} : { phone }) }, trusted),
    debtorType: type,
    ...(place.state === undefined ? {} : { state: place.state }),
    ...(place.city === undefined ? {} : { city: place.city }),
  };
}

/** The subject's place. */
export function placeOf(policies: PolicySet, { row, person, points }: LawSubject): PlaceInLaw {
  const phone = points.find((point) => point.kind === 'phone')?.value ?? null;
  return placeInLaw(policies, { country: row.country, zone: person.zone, address: person.address, phone, type: person.type });
}

/** The question to the law about one message (or call) to this person at `now` (epoch ms). */
export function lawCaseFor(policies: PolicySet, subject: LawSubject, channel: LawChannel, purpose: Purpose, now: number): ContactCase {
  const authorised = subject.points.flatMap((point) => point.channels.filter((one) => point.consent[one] === 'granted'));
  return {
    ...placeOf(policies, subject), now, channel, purpose, party: 'debtor', creditorType: subject.creditor.type,
    history: subject.history, stops: subject.stops, authorisedChannels: [...new Set(authorised)],
    debtId: subject.row.id, creditorId: subject.creditor.id,
  };
}
