/** An API over a database of its own, with keys of every role, two creditors and the shipped strategies. */
import { sql } from 'kysely';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { ProviderEvent } from '../../src/channels/receipts.ts';
import { wallNow } from '../../src/clock.ts';
import type { InboundMailConfig } from '../../src/config.ts';
import { openDb, type Db } from '../../src/db/pool.ts';
import { createApi, type ApiDeps } from '../../src/http/server.ts';
import { createLog } from '../../src/observability/log.ts';
import type { Role } from '../../src/register/actor.ts';
import { openRegister } from '../../src/register/context.ts';
import { createCreditor } from '../../src/register/creditor.ts';
import { addKey } from '../../src/register/key.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { publishShipped } from '../../src/register/publish.ts';
import { freshDatabase } from '../setup/database.ts';

export const PUBLIC_URL = 'https://pacto.example';
export const TWILIO_TOKEN = 'token-of-the-tests';
const ADMIN = { id: 'test', role: 'admin', creditorId: null } as const;

export interface TestApi {
  readonly app: FastifyInstance;
  readonly db: Db;
  readonly ctx: RegisterContext;
  /** Key by role; `acme` and `bravo` are system keys of one creditor, `acmeReader` reads as that creditor. */
  readonly keys: Readonly<Record<Role | 'acme' | 'bravo' | 'acmeReader', string>>;
  readonly receipts: ProviderEvent[];
  readonly logged: string[];
  close(): Promise<void>;
}

/** Starts it; call in beforeAll. */
export async function startApi(given: Partial<Pick<ApiDeps, 'sandboxClock' | 'ready'>> & { sendgridKey?: string; inboundMail?: InboundMailConfig; applyReceipt?: (ctx: RegisterContext, event: ProviderEvent) => Promise<unknown> } = {}): Promise<TestApi> {
  const database = await freshDatabase();
  const logged: string[] = [];
  const log = createLog({ level: 'debug', process: 'test', destination: { write: (line) => void logged.push(line) } });
  const opened = openDb(database.url, { log, max: 10 });
  const { db } = opened;
  const ctx = await openRegister({ clock: 'wall', identityKey: 'a-key-of-the-tests' }, db, log);
  await publishShipped(ctx);
  for (const id of ['acme', 'bravo']) await createCreditor(ctx, ADMIN, { id, name: `${id} S.A.`, type: 'thirdParty', country: 'CL', currency: 'CLP' });
  const key = async (role: Role, creditorId: string | null = null): Promise<string> => (await addKey(ctx, { name: `${role} of the tests`, role, creditorId })).key;
  const keys = {
    admin: await key('admin'), system: await key('system'), agent: await key('agent'), supervisor: await key('supervisor'), lawyer: await key('lawyer'),
    creditor: await key('creditor', 'acme'), acme: await key('system', 'acme'), bravo: await key('system', 'bravo'), acmeReader: await key('creditor', 'acme'),
  };
  const receipts: ProviderEvent[] = [];
  const app = await createApi({
    ctx, sandboxClock: given.sandboxClock ?? null, ready: given.ready ?? (async () => null),
    // Without one receipts are only kept, for tests of what is read from a callback.
    applyReceipt: (event) => (given.applyReceipt === undefined ? Promise.resolve(receipts.push(event)) : given.applyReceipt(ctx, event)),
    config: {
      publicBaseUrl: PUBLIC_URL, buildId: 'test', ...(given.inboundMail === undefined ? {} : { inboundMail: given.inboundMail }),
      twilio: { accountSid: 'AC', authTokens: [TWILIO_TOKEN], apiKeySid: null, apiKeySecret: null, messagingServiceSid: null, from: null, baseUrl: null },
      sendgrid: given.sendgridKey === undefined ? null : { apiKey: 'x', from: 'x@example.org', webhookPublicKey: given.sendgridKey, baseUrl: null },
    },
  });
  await app.ready();
  return {
    app, db, ctx, keys, receipts, logged,
    close: async () => {
      await app.close();
      await opened.close();
      await database.drop();
    },
  };
}

let requests = 0;

/** A request with a key; every POST gets an Idempotency-Key of its own unless one is given. */
export function call(api: TestApi, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, options: {
  key?: keyof TestApi['keys'] | null; body?: unknown; headers?: Record<string, string>;
} = {}): Promise<LightMyRequestResponse> {
  const key = options.key === undefined ? 'admin' : options.key;
  requests += 1;
  const request: InjectOptions = {
    method, url,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${api.keys[key]}` }),
      ...(method === 'POST' ? { 'idempotency-key': `request-${requests}` } : {}),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { payload: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
  };
  return api.app.inject(request);
}

/** A digest of every table: equal before and after exactly when nothing was stored, changed or removed. */
export async function contentOf(db: Db): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  const content: Record<string, string> = {};
  for (const { name } of rows) {
    const digest = await sql<{ digest: string | null; count: number }>`select count(*)::int as count, md5(string_agg(t::text, '|' order by t::text)) as digest from ${sql.table(name)} t`.execute(db);
    content[name] = `${digest.rows[0]?.count ?? 0} ${digest.rows[0]?.digest ?? ''}`;
  }
  return content;
}

/** The body of contract.md section 4; `external` makes agreement and person others. */
export function agreementBody(external: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    creditorId: 'acme', externalId: external,
    person: {
      externalId: `P-${external}`, type: 'person', name: 'Ana Perez Prueba', language: 'es-CL',
      address: { country: 'CL', region: 'CL-RM', city: 'Santiago' }, zone: 'America/Santiago',
      contactPoints: [
        { kind: 'phone', value: '+56961234567', channels: ['sms', 'call'], consent: 'granted' },
        { kind: 'email', value: 'ana.prueba@example.org', consent: 'granted' },
      ],
    },
    currency: 'CLP',
    instalments: [{ number: 1, dueOn: '2027-12-05', amountMinor: 100_000 }, { number: 2, dueOn: '2028-01-05', amountMinor: 50_000 }],
    strategy: 'standard',
    ...change,
  };
}

/** An instant so many days after now, RFC 3339. */
export function ahead(days: number): string {
  return new Date(wallNow() + days * 86_400_000).toISOString();
}
