/** Whether everything that was told is there once: the rows in PostgreSQL, the facts in the workflows. Each check answers the differences in words. */
import { sql } from 'kysely';
import type { ReceiptStatus } from '../../src/channels/channel.ts';
import type { Db } from '../../src/db/pool.ts';
import type { StateReader } from '../../src/register/audit/applied.ts';
import type { Told, ToldPayment } from './webhook-mix.ts';
import { STRANGER } from './webhook-words.ts';

const PROVIDER = 'generic';

/** Every event of a provider has its row; the table's key forbids a second one. */
export async function providerEventsLost(db: Db, { providerEvents }: Told): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select provider || ' ' || event_id as key from provider_event`.execute(db);
  const there = new Set(rows.map(({ key }) => key));
  return [...providerEvents].filter((key) => !there.has(key)).map((key) => `the event ${key} is not there`);
}

/** Each receipt stands where the highest of what was told puts it. */
export async function receiptsWrong(db: Db, { receipts }: Told): Promise<string[]> {
  const { rows } = await sql<{ id: string; receipt: ReceiptStatus | null }>`select id, receipt from attempt`.execute(db);
  const known = new Map(rows.map(({ id, receipt }) => [id, receipt]));
  return [...receipts].filter(([id, status]) => known.get(id) !== status).map(([id, status]) => `attempt ${id} is ${known.get(id) ?? 'without a receipt'}, told was ${status}`);
}

/** Every notification is kept and finished. */
export async function noticesLost(db: Db, { paymentEvents }: Told): Promise<string[]> {
  const { rows } = await sql<{ id: string; state: string }>`select event_id as id, state from payment_event where provider = ${PROVIDER}`.execute(db);
  const known = new Map(rows.map(({ id, state }) => [id, state]));
  return [
    ...[...paymentEvents].filter((id) => known.get(id) !== 'done').map((id) => `the notification ${id} is ${known.get(id) ?? 'not there'}`),
    ...rows.filter(({ id }) => !paymentEvents.has(id)).map(({ id }) => `the notification ${id} was never sent`),
  ];
}

interface Booked {
  readonly id: string;
  readonly key: string;
  readonly agreement: string;
  readonly workflowId: string;
  readonly running: boolean;
  readonly amountMinor: number;
  readonly reversed: boolean;
  /** Facts of the agreement that say so. */
  readonly booked: number;
  readonly takenBack: number;
}

async function bookedPayments(db: Db): Promise<Booked[]> {
  const { rows } = await sql<Booked>`
    select payment.id, payment.external_id as key, agreement.creditor_id || '/' || agreement.external_id as agreement, agreement.workflow_id as "workflowId",
           agreement.workflow_state = 'running' as running, payment.amount_minor::float8 as "amountMinor", payment.reversed_at is not null as reversed,
           (select count(*) from agreement_event where agreement_id = payment.agreement_id and kind = 'paymentBooked' and body->>'payment' = payment.id::text)::int as booked,
           (select count(*) from agreement_event where agreement_id = payment.agreement_id and kind = 'paymentReversed' and body->>'payment' = payment.id::text)::int as "takenBack"
      from payment join agreement on agreement.id = payment.agreement_id where payment.external_id like ${`${PROVIDER}.%`}`.execute(db);
  return rows;
}

/** Each payment is booked once with one fact, each that went back is taken back once, and money that names nobody lies in suspense once. */
export async function moneyWrong(db: Db, { payments }: Told): Promise<string[]> {
  const booked = Map.groupBy(await bookedPayments(db), ({ key }) => key);
  const { rows } = await sql<{ key: string | null }>`select source_key as key from suspense where source_key like ${`${PROVIDER}.%`}`.execute(db);
  const aside = Map.groupBy(rows, ({ key }) => key ?? '');
  const faults = [...payments].flatMap(([id, payment]) => {
    const key = `${PROVIDER}.${id}`;
    const fault = payment.agreement === null ? onceIn('suspense', aside.get(key)?.length ?? 0) : bookingFault(booked.get(key) ?? [], payment);
    return fault === null ? [] : [`${key} ${fault}`];
  });
  const known = new Set([...payments.keys()].map((id) => `${PROVIDER}.${id}`));
  return [...faults, ...[...booked.keys(), ...aside.keys()].filter((key) => !known.has(key)).map((key) => `${key} was never sent`)];
}

function onceIn(where: string, times: number): string | null {
  return times === 1 ? null : `is ${times} times in ${where}`;
}

function bookingFault(rows: readonly Booked[], { agreement, amountMinor, reversed }: ToldPayment): string | null {
  const [row] = rows;
  if (row === undefined || rows.length > 1) return onceIn('the register', rows.length);
  if (row.agreement !== `${agreement?.creditorId}/${agreement?.externalId}` || row.amountMinor !== amountMinor) return `is booked as ${row.amountMinor} of ${row.agreement}`;
  if (row.reversed !== reversed) return row.reversed ? 'was taken back' : 'was not taken back';
  return row.booked === 1 && row.takenBack === Number(reversed) ? null : `has ${row.booked} facts of its booking and ${row.takenBack} of its reversal`;
}

interface Applied {
  /** Facts that runs were asked for. */
  readonly facts: number;
  readonly faults: string[];
}

/** Each payment and each reply is once in the state of its run. A run that is over is not asked: its facts are judged in the register. */
export async function notAppliedOnce(db: Db, runs: StateReader): Promise<Applied> {
  const { rows: replies } = await sql<{ workflowId: string; id: string }>`
    select agreement.workflow_id as "workflowId", reply.id from reply join agreement on agreement.id = reply.agreement_id
     where reply.addressed and agreement.workflow_state = 'running'`.execute(db);
  const booked = (await bookedPayments(db)).filter(({ running }) => running);
  const wanted = [
    ...booked.map(({ workflowId, id }) => ({ workflowId, fact: `paymentBooked ${id}` })),
    ...booked.filter(({ reversed }) => reversed).map(({ workflowId, id }) => ({ workflowId, fact: `paymentReversed ${id}` })),
    ...replies.map(({ workflowId, id }) => ({ workflowId, fact: `replyReceived ${id}` })),
  ];
  const faults: string[] = [];
  for (const [workflowId, facts] of Map.groupBy(wanted, (one) => one.workflowId)) {
    const events = (await runs.queryState(workflowId))?.state.events ?? [];
    const times = Map.groupBy(events.flatMap((event) => ('payment' in event ? [`${event.kind} ${event.payment}`] : 'reply' in event ? [`${event.kind} ${event.reply}`] : [])), (fact) => fact);
    for (const { fact } of facts) if (times.get(fact)?.length !== 1) faults.push(`${fact} is ${times.get(fact)?.length ?? 0} times in the run ${workflowId}`);
  }
  return { facts: wanted.length, faults };
}

interface Heard {
  readonly key: string;
  readonly addressed: boolean;
  readonly class: string;
  readonly agreement: string | null;
  readonly facts: number;
}

/** Each message is one reply of the person it was meant for, with one fact; an opt-out that names nobody holds for everybody who has the number. */
export async function repliesWrong(db: Db, { replies }: Told): Promise<string[]> {
  const { rows } = await sql<Heard>`
    select event_id as key, addressed, class, agreement_id as agreement,
           (select count(*) from agreement_event where agreement_id = reply.agreement_id and kind = 'replyReceived' and body->>'reply' = reply.id::text)::int as facts
      from reply where provider = 'twilio-sms'`.execute(db);
  const heard = Map.groupBy(rows, ({ key }) => key);
  return [...replies].flatMap(([sid, { optOut }]) => {
    const mine = heard.get(sid) ?? [];
    const meant = mine.filter(({ addressed }) => addressed);
    if (mine.length === 0 || meant.length > 1 || (meant.length === 0 && !optOut)) return [`${sid} is ${meant.length} times a reply`];
    if (optOut && mine.some((row) => row.class !== 'optOut')) return [`${sid} was not read as an opt-out`];
    return meant.every(({ agreement, facts }) => facts === (agreement === null ? 0 : 1)) ? [] : [`${sid} has ${meant[0]?.facts ?? 0} facts`];
  });
}

/** Whoever asked for silence has it on every channel of every contact point with that number, at every creditor. */
export async function optOutsLost(db: Db, { replies }: Told): Promise<string[]> {
  const silent = [...new Set([...replies.values()].filter(({ optOut, from }) => optOut && from !== STRANGER).map(({ from }) => from))];
  const { rows } = await sql<{ id: string; value: string; channel: string | null; consent: string | null }>`
    select point.id, point.value, reach.channel, last.state as consent from contact_point point
      left join lateral unnest(point.channels) as reach (channel) on true
      left join lateral (select state from consent where contact_point_id = point.id and channel = reach.channel order by seq desc limit 1) last on true
     where point.kind = 'phone' and point.value = any(${silent}::text[])`.execute(db);
  const known = new Set(rows.map(({ value }) => value));
  return [
    ...rows.filter(({ consent }) => consent !== 'denied').map(({ id, channel, consent }) => `the contact point ${id} asked for silence and is ${consent ?? 'without a word about it'} for ${channel ?? 'no channel'}`),
    ...silent.filter((value) => !known.has(value)).map(() => 'a number that asked for silence is gone'),
  ];
}
