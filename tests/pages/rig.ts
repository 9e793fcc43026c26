/** A sending desk and the API over one register, so that the links of messages that left can be opened. */
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { json } from '../../src/db/columns.ts';
import { createApi, type ApiDeps } from '../../src/http/server.ts';
import type { SandboxClock } from '../../src/sandbox/clock/sandbox-clock.ts';
import type { SeededPerson } from '../register/seed.ts';
import { seedPerson } from '../register/seed.ts';
import { MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

export const BASE = 'https://pacto.example.org';

/** Of a sandbox that nobody moves. */
const STILL: SandboxClock = {
  read: async () => ({ now: MISSED_AT, daysPerSecond: 0 }), advance: async () => ({ now: MISSED_AT }), play: async () => undefined,
};

export interface Rig {
  readonly desk: Desk;
  readonly app: FastifyInstance;
  close(): Promise<void>;
}

export interface RigOptions {
  /** Public address of the API; by https a cookie travels by https only. */
  readonly base?: string;
  /** As many requests as one likes from one address, as in the sandbox. */
  readonly unlimited?: boolean;
  readonly sendCode?: (desk: Desk) => NonNullable<ApiDeps['sendCode']>;
}

export async function openRig({ base = BASE, unlimited = false, sendCode }: RigOptions = {}): Promise<Rig> {
  const desk = await openDesk();
  const app = await createApi({
    ctx: desk.ctx, sandboxClock: unlimited ? STILL : null, ready: async () => null, applyReceipt: async () => undefined,
    config: { publicBaseUrl: base, buildId: 'test', twilio: null, sendgrid: null }, ...(sendCode === undefined ? {} : { sendCode: sendCode(desk) }),
  });
  await app.ready();
  return {
    desk, app,
    close: async () => {
      await app.close();
      await desk.close();
    },
  };
}

export interface Reached {
  readonly person: SeededPerson;
  readonly agreementId: string;
  /** Token of /d/. */
  readonly token: string;
  /** Token of /u/; null for an SMS. */
  readonly unsubscribe: string | null;
}

export interface ReachOptions {
  readonly channel?: 'sms' | 'email';
  readonly nationalId?: { country: string; type: string; value: string } | null;
  readonly debt?: boolean;
  readonly confirmed?: boolean;
}

/** A person whose RUT is 20.347.878-K and who has just been sent a message about a missed instalment. */
export async function reach({ desk }: Rig, options: ReachOptions = {}): Promise<Reached> {
  const { channel = 'sms', nationalId = { country: 'CL', type: 'rut', value: '20347878K' }, debt = true } = options;
  desk.clock.set(MISSED_AT);
  const person = await seedPerson(desk.db, { granted: [channel] });
  await desk.db.updateTable('person').set({ name: 'Zulema Quintrileo', national_id: nationalId === null ? null : json(nationalId) }).where('id', '=', person.personId).execute();
  const agreementId = await desk.agreement(person, { externalId: `A-${person.personId.slice(0, 8)}`, instalments: [{ number: 1, dueOn: '2026-03-02', amountMinor: 145_407 }, { number: 2, dueOn: '2026-04-02', amountMinor: 225_407 }] });
  if (debt) {
    await desk.db.updateTable('agreement').set({ debt: json({
      contractRef: 'C-9-004417', signedOn: '2025-03-01', defaultedOn: '2025-11-10', principalMinor: 300_000, interestMinor: 50_000, lateInterestMinor: 10_000, feesMinor: 8_814, taxesMinor: 2_000, discountMinor: 0,
    }) }).where('id', '=', agreementId).execute();
  }
  const before = desk.journal.length;
  await desk.deliver(agreementId);
  const sent = desk.journal[before];
  if (sent === undefined) throw new Error('nothing was sent');
  const text = sent.channel === 'sms' ? sent.body : sent.text;
  const token = /\/d\/([\w-]+)/.exec(text)?.[1];
  if (token === undefined) throw new Error('the message has no link');
  return { person, agreementId, token, unsubscribe: sent.channel === 'email' ? /\/u\/([\w-]+)/.exec(sent.listUnsubscribe?.url ?? '')?.[1] ?? null : null };
}

let callers = 0;

/** A caller of its own, so that one test's requests do not use up another's. */
export function caller(): string {
  callers += 1;
  return `10.${(callers >> 16) & 255}.${(callers >> 8) & 255}.${callers & 255}`;
}

export function open(rig: Rig, url: string, options: { cookie?: string; from?: string } = {}): Promise<LightMyRequestResponse> {
  return rig.app.inject({ url, remoteAddress: options.from ?? caller(), headers: options.cookie === undefined ? {} : { cookie: options.cookie } });
}

export function post(rig: Rig, url: string, fields: Record<string, string>, options: { cookie?: string; from?: string; headers?: Record<string, string> } = {}): Promise<LightMyRequestResponse> {
  return rig.app.inject({
    method: 'POST', url, payload: new URLSearchParams(fields).toString(), remoteAddress: options.from ?? caller(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...(options.cookie === undefined ? {} : { cookie: options.cookie }), ...options.headers },
  });
}

/** The cookie that an answer sets, as a browser sends it back. */
export function cookieOf(response: LightMyRequestResponse): string {
  const set = response.headers['set-cookie'];
  return String(Array.isArray(set) ? set[0] : set).split(';')[0] ?? '';
}

/** What every form of a page carries: the key of the session, and the name of the request. */
export function hiddenOf({ body }: Pick<LightMyRequestResponse, 'body'>): { csrf: string; once: string } {
  return { csrf: /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '', once: /name="once" value="([^"]+)"/.exec(body)?.[1] ?? '' };
}
