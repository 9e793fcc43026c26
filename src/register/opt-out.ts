/** Opt-outs: what a person does not want any more is denied with evidence, and the agreements it concerns are told. */
import { z } from 'zod';
import { agreementsOfPerson } from '../db/agreements.ts';
import type { AgreementRow, ConsentChannel, ConsentState } from '../db/database.ts';
import { contactPointsOf } from '../db/contact-points.ts';
import { insertDenial } from '../db/opt-outs.ts';
import { personById, personsOfIdentity, type PersonRow } from '../db/persons.ts';
import type { Db, Trx } from '../db/pool.ts';
import type { AgreementEvent } from '../domain/agreement.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import { recordFact } from './fact.ts';
import { underLockOf } from './person-by-ref.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { appendTimeline } from './timeline.ts';

const CHANNELS: readonly ConsentChannel[] = ['sms', 'email', 'call'];

/**
 * `POST /v1/persons/{id}/opt-outs`: of one contact point, or of a channel. `scope` says how far it goes: `channel`
 * (default) is no more than was named, `creditor` everything of this creditor, `all` everything of every creditor.
 */
export const optOutBody = z.strictObject({
  contactPointId: z.uuid().optional(),
  channel: z.enum(['sms', 'email', 'call']).optional(),
  scope: z.enum(['channel', 'creditor', 'all']).default('channel'),
}).refine((body) => body.scope !== 'channel' || (body.contactPointId === undefined) !== (body.channel === undefined), {
  path: ['channel'], message: 'name either contactPointId or channel',
});
export type OptOutBody = z.infer<typeof optOutBody>;

export interface OptOutAnswer {
  readonly id: string;
  readonly personId: string;
  readonly scope: OptOutBody['scope'];
  /** Channels on which this creditor does not reach the person any more. */
  readonly channels: readonly ConsentChannel[];
}

/** Who asks, and how the fact reaches the workflow of the agreement that asks. */
export interface OptOutRequest {
  /** For the evidence: id of a key, `debtor`, or the name of a process. */
  readonly by: string;
  /** Names the request: the same id again changes nothing. */
  readonly factId?: string | undefined;
  /** The agreement whose own activity asks; it gets its fact handed back instead of signalled. */
  readonly caller?: string | undefined;
  /** Kept with the denial: how the person asked, and what they were shown. No address. */
  readonly evidence?: Readonly<Record<string, string>> | undefined;
}

/** Registers an opt-out by an actor who may see the person; a creditor's own key cannot speak for other creditors. */
export async function optOut(ctx: RegisterContext, actor: Actor, personId: string, body: OptOutBody): Promise<OptOutAnswer> {
  const person = await personById(ctx.db, personId);
  if (person === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such person.');
  requireVisible(actor, person.creditor_id);
  if (body.scope === 'all' && actor.creditorId !== null) throw new AppError('ERR_ROLE', 'A key of one creditor cannot opt a person out at others.');
  return underLockOf(ctx, personId, async (lock) => (await optOutUnder(lock, ctx, personId, body, { by: actor.id })).answer);
}

/** `optOut` under a lock that is held; `events` are the facts of the calling agreement. */
export async function optOutUnder(
  lock: PersonLock, ctx: RegisterContext, personId: string, body: OptOutBody, request: OptOutRequest,
): Promise<{ answer: OptOutAnswer; events: AgreementEvent[] }> {
  const person = await personById(lock.trx, personId);
  if (person === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such person.');
  const persons = body.scope === 'all' ? await personsOfIdentity(lock.trx, person.identity_id) : [person];
  const id = request.factId ?? ctx.newId();
  const events: AgreementEvent[] = [];
  let channels: readonly ConsentChannel[] = [];
  for (const one of persons) {
    const denied = await deny(lock, ctx, one, reachOf(body), { ...request.evidence, source: 'optOut', request: id, by: request.by, scope: body.scope });
    if (one.id === personId) channels = denied.silenced;
    for (const row of await openAgreements(lock, one)) events.push(...(await tell(lock, ctx, row, denied, { ...request, id })));
  }
  return { answer: { id, personId, scope: body.scope, channels }, events };
}

async function openAgreements({ trx }: PersonLock, person: PersonRow): Promise<AgreementRow[]> {
  return (await agreementsOfPerson(trx, person.id)).filter((row) => row.phase !== 'closed');
}

/**
 * A provider answers that this address has opted out with it. The channel is denied there and nowhere else (who writes
 * STOP to an SMS has said nothing about calls), and the agreements of the person are told, once an attempt.
 */
export async function optOutAtProvider(
  lock: PersonLock, ctx: RegisterContext, address: { readonly personId: string; readonly contactPointId: string; readonly channel: ConsentChannel },
  evidence: Readonly<Record<string, unknown>> & { readonly attempt: string },
): Promise<void> {
  const person = await personById(lock.trx, address.personId);
  if (person === undefined) return;
  const here = ({ contactPointId, channel }: Reach): boolean => contactPointId === address.contactPointId && channel === address.channel;
  const denied = await deny(lock, ctx, person, { covers: here, silences: [] }, { source: 'provider', ...evidence });
  if (!denied.news) return;
  for (const row of await openAgreements(lock, person)) await tell(lock, ctx, row, denied, { id: `provider/${evidence.attempt}`, by: 'provider' });
}

interface Denied {
  /** Channels on which nothing is left that was not denied. */
  readonly silenced: readonly ConsentChannel[];
  /** False when everything named had been denied before. */
  readonly news: boolean;
}

interface Reach {
  readonly contactPointId: string;
  readonly channel: ConsentChannel;
}

interface Named {
  readonly covers: (reach: Reach) => boolean;
  /** Channels that fall silent whatever else there is; others do when nothing granted is left on them. */
  readonly silences: readonly ConsentChannel[];
  /** It must exist. */
  readonly contactPointId?: string | undefined;
}

/** Whether everything that an opt-out of this person at this creditor names is denied already. */
export async function isOptedOut(db: Db | Trx, personId: string, body: OptOutBody): Promise<boolean> {
  const { covers } = reachOf(body);
  return (await reachesOf(db, personId)).every((reach) => !covers(reach) || reach.consent === 'denied');
}

async function reachesOf(db: Db | Trx, personId: string): Promise<(Reach & { readonly consent: ConsentState })[]> {
  return (await contactPointsOf(db, personId))
    .flatMap((point) => point.channels.map((channel) => ({ contactPointId: point.id, channel, consent: point.consent[channel] ?? 'unknown' })));
}

function reachOf({ contactPointId, channel, scope }: OptOutBody): Named {
  if (scope !== 'channel') return { covers: () => true, silences: CHANNELS };
  return {
    covers: (reach) => reach.contactPointId === contactPointId || reach.channel === channel,
    silences: channel === undefined ? [] : [channel], contactPointId,
  };
}

async function deny(
  lock: PersonLock, ctx: RegisterContext, person: PersonRow, named: Named, evidence: Readonly<Record<string, unknown>>,
): Promise<Denied> {
  const reaches = await reachesOf(lock.trx, person.id);
  if (named.contactPointId !== undefined && !reaches.some((reach) => reach.contactPointId === named.contactPointId)) {
    throw new AppError('ERR_NOT_FOUND', 'This person has no such contact point.');
  }
  const open = reaches.filter((reach) => named.covers(reach) && reach.consent !== 'denied');
  for (const reach of open) {
    await insertDenial(lock.trx, { id: ctx.newId(), contactPointId: reach.contactPointId, channel: reach.channel, evidence, at: lock.now, seq: await lock.nextSeq() });
  }
  const news = open.length > 0;
  const left = new Set(reaches.filter((reach) => !named.covers(reach) && reach.consent === 'granted').map((reach) => reach.channel));
  const channels = new Set(reaches.filter(named.covers).map((reach) => reach.channel));
  return { silenced: CHANNELS.filter((channel) => named.silences.includes(channel) || (channels.has(channel) && !left.has(channel))), news };
}

/** One fact a silenced channel (`all` when all are); an opt-out of one contact point beside others is an entry only: the claim reads the consent. */
async function tell(
  lock: PersonLock, ctx: RegisterContext, row: AgreementRow, { silenced, news }: Denied, request: OptOutRequest & { id: string },
): Promise<AgreementEvent[]> {
  const scopes = silenced.length === CHANNELS.length ? (['all'] as const) : silenced;
  if (scopes.length === 0) {
    if (!news) return [];
    await appendTimeline(lock.trx, row.id, {
      at: lock.now, kind: 'optedOut', outcome: 'contactPoint',
      text: { es: 'Baja registrada para uno de los datos de contacto.', en: 'Opt-out registered for one of the contact points.' },
    });
    return [];
  }
  const own = request.caller === row.id;
  const events: AgreementEvent[] = [];
  for (const scope of scopes) {
    const id = scopes.length === 1 ? `optedOut/${request.id}` : `optedOut/${request.id}/${scope}`;
    const event = await recordFact(lock, ctx, row.id, { id, body: { kind: 'optedOut', scope }, tell: own ? 'caller' : 'workflow' });
    if (own) events.push(event);
  }
  return events;
}
