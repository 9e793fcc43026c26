/** A creditor with an agent at work and invented debtors, in a living sandbox: what the lives under tests/life are told with. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { wallNow } from '../../src/clock.ts';
import type { AgreementEvent, AgreementState, AgreementView } from '../../src/domain/agreement.ts';
import { instantOf } from '../../src/domain/zone.ts';
import type { Role } from '../../src/register/actor.ts';
import type { AgreementAnswer } from '../../src/register/agreement-reads.ts';
import { audit, type AuditReport } from '../../src/register/audit/audit.ts';
import type { CallbackAnswer } from '../../src/register/callback.ts';
import { addKey } from '../../src/register/key.ts';
import type { PreLegalAnswer } from '../../src/register/pre-legal.ts';
import type { TimelineEntry } from '../../src/register/timeline.ts';
import { startLivingSandbox, type JournalEntry, type LivingOptions, type LivingSandbox } from '../setup/living-sandbox.ts';
import { agreementBody, creditorBody, type BodyOptions } from './people.ts';

export const ZONE = 'America/Santiago';
/** For what Temporal does by itself, outside the clock's knowledge; on a loaded machine a second is not enough. */
export const PATIENCE = { timeout: 15_000, interval: 20 };
/** Later than the audit's patience with work that is still on its way: everything is judged. */
const ALL_SETTLED_MS = 120_000;

/** `2027-01-15`, `10:00` in Santiago -> epoch ms. */
export function at(date: string, time: string): number {
  return instantOf(ZONE, date, Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
}

/** Epoch ms or RFC 3339 -> `2027-01-15 10:00` in Santiago. */
export function stamp(instant: number | string): string {
  return new Date(instant).toLocaleString('sv-SE', { timeZone: ZONE }).slice(0, 16);
}

export interface Debtor {
  readonly externalId: string;
  readonly id: string;
  readonly personId: string;
  readonly workflowId: string;
  readonly phone: string;
  readonly email: string;
}

/** A message of the provider's journal, in Santiago's time. */
export interface Message {
  readonly at: string;
  readonly channel: JournalEntry['channel'];
  readonly text: string;
}

export type Called = Awaited<ReturnType<LivingSandbox['call']>>;

export interface Office {
  readonly pacto: LivingSandbox;
  readonly creditorId: string;
  /** Logs an agreement; the same `personId` is the same person with the same phone and e-mail. */
  debtor(externalId: string, options: Pick<BodyOptions, 'instalments' | 'personId' | 'terms'>): Promise<Debtor>;
  /** POST with a fresh Idempotency-Key. */
  post(path: string, body: unknown, key?: string): Promise<Called>;
  pay(debtor: Debtor, amountMinor: number, externalId?: string): Promise<Called>;
  key(role: Role): Promise<string>;
  agreement(debtor: Debtor): Promise<AgreementAnswer>;
  timeline(debtor: Debtor): Promise<TimelineEntry[]>;
  messages(debtor: Debtor): Promise<Message[]>;
  callbacks(debtor: Debtor): Promise<CallbackAnswer[]>;
  cases(debtor: Debtor): Promise<PreLegalAnswer[]>;
  /** What the run itself holds. */
  run(debtor: Debtor): Promise<{ state: AgreementState; view: AgreementView }>;
  kinds(debtor: Debtor): Promise<AgreementEvent['kind'][]>;
  /** Status of an execution in the UI, and what it came to. */
  ended(workflowId: string): Promise<{ status: string; result: unknown }>;
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  audit(): Promise<AuditReport>;
}

/** Starts a sandbox with one creditor and one agent, Monday to Friday from nine to six. */
export async function openOffice(creditorId: string, options: LivingOptions): Promise<Office> {
  const pacto = await startLivingSandbox(options);
  const { call, gateway } = pacto;
  const ok = async (method: string, path: string, body?: unknown): Promise<Called['body']> => {
    const answer = await call(method, path, body);
    expect({ path, status: answer.status < 300, body: answer.status < 300 ? null : answer.body }).toEqual({ path, status: true, body: null });
    return answer.body;
  };
  await ok('POST', '/v1/creditors', creditorBody(creditorId));
  await ok('POST', '/v1/agents', { id: 'gestora', name: 'Gestora', zone: ZONE });
  for (const weekday of [1, 2, 3, 4, 5]) await ok('POST', '/v1/shifts', { agentId: 'gestora', weekday, fromMinute: 9 * 60, untilMinute: 18 * 60, slotMinutes: 15 });
  const persons = new Map<string, number>();
  const items = async <T>(path: string): Promise<T[]> => {
    const page: { items: T[] } = await ok('GET', path);
    return page.items;
  };
  const run = async (debtor: Debtor): Promise<{ state: AgreementState; view: AgreementView }> => {
    const found = await gateway.queryState(debtor.workflowId);
    if (found === null) throw new Error(`there is no run ${debtor.workflowId}`);
    return found;
  };
  const post: Office['post'] = (path, body, key) =>
    call('POST', path, body, { 'idempotency-key': randomUUID(), ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) });
  return {
    pacto, creditorId, post, run,
    debtor: async (externalId, { personId = `P-${externalId}`, ...plan }) => {
      const number = persons.get(personId) ?? persons.size;
      persons.set(personId, number);
      const contact = { phone: `+569612345${String(number).padStart(2, '0')}`, email: `deudora-${number}@example.org` };
      const logged: AgreementAnswer = await ok('POST', '/v1/agreements', agreementBody({ creditorId, externalId, personId, ...plan, ...contact }));
      return { externalId, id: logged.id, personId: logged.personId, workflowId: logged.workflowId, ...contact };
    },
    pay: (debtor, amountMinor, externalId = `PAY-${randomUUID().slice(0, 8)}`) =>
      call('POST', `/v1/agreements/${debtor.id}/payments`, { externalId, amountMinor, currency: 'CLP', paidAt: '2027-01-04T12:00:00Z' }),
    key: async (role) => (await addKey(pacto.ctx, { name: role, role })).key,
    agreement: (debtor) => ok('GET', `/v1/agreements/${debtor.id}`),
    timeline: (debtor) => items(`/v1/agreements/${debtor.id}/timeline?limit=200`),
    messages: async ({ phone, email }) => (await pacto.journal()).filter(({ to }) => to === phone || to === email)
      .map((entry) => ({ at: stamp(entry.at), channel: entry.channel, text: [entry.subject, entry.body, entry.text].filter((part) => part !== undefined).join('\n') })),
    callbacks: (debtor) => items(`/v1/callbacks?agreementId=${debtor.id}`),
    cases: (debtor) => items(`/v1/pre-legal?agreementId=${debtor.id}`),
    kinds: async (debtor) => (await run(debtor)).state.events.map(({ kind }) => kind),
    ended: async (workflowId) => {
      const handle = gateway.client.workflow.getHandle(workflowId);
      const { status } = await handle.describe();
      return { status: status.name, result: status.name === 'COMPLETED' ? await handle.result() : undefined };
    },
    fault: async (fault) => {
      const answer = await fetch(`${pacto.providerUrl}/__faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) });
      expect(answer.status).toBeLessThan(300);
    },
    audit: () => audit(pacto.ctx, {
      gateway, providerUrl: pacto.providerUrl, policies: shippedPolicies(process.versions.tz ?? 'unknown'), wallNow: () => wallNow() + ALL_SETTLED_MS,
    }),
  };
}
