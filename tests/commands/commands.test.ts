/** The commands that act on an installation, as processes, on a real PostgreSQL. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { names } from '../../src/config.ts';
import { instant } from '../../src/db/columns.ts';
import { enqueue } from '../../src/db/outbox.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { createLog } from '../../src/observability/log.ts';
import { agreementBody } from '../../src/register/agreement-body.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { openRegister } from '../../src/register/context.ts';
import { createCreditor, creditorBody } from '../../src/register/creditor.ts';
import { publishShipped } from '../../src/register/publish.ts';
import { seedAgreement, seedPerson } from '../register/seed.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { testTemporal } from '../setup/temporal.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const ADMIN = { id: 'test', role: 'admin', creditorId: null } as const;
const NAME = 'Persona de Ejemplo';
const PHONE = '+56961234567';

let database: FreshDatabase;
let opened: OpenedDb;

beforeAll(async () => {
  database = await freshDatabase();
  const log = createLog({ level: 'silent', process: 'test' });
  opened = openDb(database.url, { log, max: 4 });
  const ctx = await openRegister({ clock: 'wall', identityKey: null }, opened.db, log);
  await publishShipped(ctx);
  await createCreditor(ctx, ADMIN, creditorBody.parse({ id: 'acme', name: 'Acme', type: 'firstParty', country: 'CL', currency: 'CLP' }));
  await logAgreement(ctx, ADMIN, agreementBody.parse({
    creditorId: 'acme', externalId: 'A-1', currency: 'CLP', instalments: [{ number: 1, dueOn: '2091-01-05', amountMinor: 45_990 }, { number: 2, dueOn: '2091-02-05', amountMinor: 45_990 }],
    person: { externalId: 'P-1', name: NAME, zone: 'America/Santiago', contactPoints: [{ kind: 'phone', value: PHONE, consent: 'granted' }] },
  }));
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function pacto(...args: string[]): Promise<Ended> {
  const { address, namespace } = testTemporal();
  const env = {
    PATH: process.env['PATH'] ?? '', ...Object.fromEntries(names().map((name) => [name, ''])),
    DATABASE_URL: database.url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out: stdout, err: stderr }));
  });
}

/** Runs with --json; what is on stdout must be one document. */
async function answer(...args: string[]): Promise<unknown> {
  const { code, out, err } = await pacto(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

describe('agreement', () => {
  test('show, by creditor/externalId, for people and for machines', async () => {
    expect(await answer('agreement', 'show', 'acme/A-1')).toMatchObject({ creditorId: 'acme', externalId: 'A-1', phase: 'active', balanceMinor: 91_980 });
    const { out } = await pacto('agreement', 'show', 'acme/A-1');
    expect(out).toContain('owes CLP 91.980');
    expect(out).not.toMatch(new RegExp(`${NAME}|${PHONE.slice(1)}`));
  });

  test('timeline and explain', async () => {
    expect(await answer('agreement', 'timeline', 'acme/A-1')).toMatchObject([{ seq: 1, kind: 'agreementLogged', prevHash: '0'.repeat(64) }]);
    expect(await answer('agreement', 'explain', 'acme/A-1')).toMatchObject({ phase: 'active', next: { step: 'upcoming' }, text: { es: expect.any(String), en: expect.any(String) } });
  });

  test('one that does not exist is ERR_NOT_FOUND with its remedy', async () => {
    const { code, out, err } = await pacto('agreement', 'show', 'acme/none');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^ERR_NOT_FOUND .*\n {2}Check the id/);
  });
});

describe('pay', () => {
  const payment = ['--amount-minor', '45990', '--currency', 'CLP'] as const;

  test('books once; the same command again is the same payment', async () => {
    expect(await answer('pay', 'acme/A-1', ...payment, '--external-id', 'P-1')).toMatchObject({ created: true, payment: { externalId: 'P-1', amountMinor: 45_990 } });
    expect(await answer('pay', 'acme/A-1', ...payment, '--external-id', 'P-1')).toMatchObject({ created: false });
    expect(await answer('agreement', 'show', 'acme/A-1')).toMatchObject({ balanceMinor: 45_990 });
  });

  test('other content under a known id, another currency, an amount that is no whole number: nothing is booked', async () => {
    const [conflict, currency, amount] = await Promise.all([
      pacto('pay', 'acme/A-1', '--amount-minor', '1', '--currency', 'CLP', '--external-id', 'P-1'),
      pacto('pay', 'acme/A-1', '--amount-minor', '1', '--currency', 'USD', '--external-id', 'P-2'),
      pacto('pay', 'acme/A-1', '--amount-minor', '1e3', '--currency', 'CLP', '--external-id', 'P-3'),
    ]);
    expect([conflict.code, currency.code, amount.code]).toEqual([1, 1, 1]);
    expect(conflict.err).toContain('ERR_PAYMENT_CONFLICT');
    expect(currency.err).toContain('ERR_CURRENCY');
    expect(amount.err).toContain('amountMinor: must be an integer');
    expect(await opened.db.selectFrom('payment').select('external_id').execute()).toEqual([{ external_id: 'P-1' }]);
  });
});

test('person export shows what is held, erase is refused while an agreement is open, and then takes it away for good', async () => {
  expect(await answer('person', 'export', 'acme/P-1')).toMatchObject({ person: { name: NAME }, contactPoints: [{ value: PHONE }], agreements: [{ externalId: 'A-1' }] });
  const refused = await pacto('person', 'erase', 'acme/P-1', '--json');
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^ERR_STATE .*A-1.*--cancel-open/) });
  expect(await pacto('person', 'erase', 'acme/P-1', '--cancel-open')).toMatchObject({ code: 2, err: expect.stringContaining('ERR_USAGE --reason') });
  expect(await answer('person', 'erase', 'acme/P-1', '--cancel-open', '--reason', 'order of an authority')).toMatchObject({ created: true, cancelledAgreements: ['A-1'] });
  expect((await pacto('person', 'export', 'acme/P-1')).out).not.toMatch(new RegExp(`${NAME}|${PHONE.slice(1)}`));
  expect(await pacto('person', 'erase', 'acme/none')).toMatchObject({ code: 1, err: expect.stringContaining('ERR_NOT_FOUND') });
});

test('key add shows the key once, list never does, revoke ends it', async () => {
  const added = (await answer('key', 'add', '--role', 'creditor', '--creditor', 'acme', '--name', 'portal')) as { id: string; key: string };
  expect(added).toMatchObject({ role: 'creditor', creditorId: 'acme' });
  const { out } = await pacto('key', 'list');
  expect(out).toContain(added.id);
  expect(out).not.toContain(added.key);
  await answer('key', 'revoke', added.id);
  expect(await answer('key', 'list')).toMatchObject([{ id: added.id, revokedAt: expect.any(String) }]);
  expect(await pacto('key', 'revoke', randomUUID())).toMatchObject({ code: 1 });
  expect(await pacto('key', 'add', '--role', 'creditor')).toMatchObject({ code: 2 });
});

test('sending is stopped for a creditor or a channel, and started again', async () => {
  expect(await answer('sending', 'stop', '--channel', 'sms', '--creditor', 'acme')).toMatchObject({ all: false, creditors: ['acme'], channels: ['sms'] });
  expect(await answer('sending', 'start', '--channel', 'sms')).toMatchObject({ creditors: ['acme'], channels: [] });
  expect(await answer('sending', 'start')).toMatchObject({ all: false, creditors: [] });
  expect(await pacto('sending', 'stop', '--channel', 'pigeon')).toMatchObject({ code: 2 });
});

test('outbox list names what waits and why, without its payload; retry sends a set-aside row again', async () => {
  await opened.db.transaction().execute((trx) => enqueue(trx, { workflowId: 'agreement/acme/A-9', workflowType: 'agreement', action: 'signal', name: 'factBooked', payload: { secret: 'payload' } }));
  await opened.db.updateTable('outbox').set({ state: 'poison', tries: 10, error: 'RangeError' }).where('workflow_id', '=', 'agreement/acme/A-9').execute();
  const rows = (await answer('outbox', 'list')) as { id: number; workflowId: string }[];
  expect(rows).toMatchObject(expect.arrayContaining([{ id: expect.any(Number), workflowId: 'agreement/acme/A-9', action: 'factBooked', state: 'poison', tries: 10, error: 'RangeError', since: expect.any(String) }]));
  expect(JSON.stringify(rows)).not.toContain('payload');
  expect(await answer('outbox', 'retry', String(rows.find((row) => row.workflowId === 'agreement/acme/A-9')?.id))).toEqual({ retried: 1 });
  expect(await pacto('outbox', 'retry', '999999')).toMatchObject({ code: 1, err: expect.stringContaining('ERR_NOT_FOUND') });
});

test('attempts unknown is an empty list where every outcome is known', async () => {
  expect(await answer('attempts', 'unknown')).toEqual([]);
});

test('migrate and setup find nothing to do where everything is done', async () => {
  expect(await answer('migrate')).toEqual({ applied: [] });
  expect(await answer('setup')).toEqual({ searchAttributesAdded: [] });
});

test('a clock that moves exists only in a sandbox', async () => {
  expect(await pacto('clock', 'advance', '7')).toMatchObject({ code: 1, err: expect.stringContaining('ERR_CLOCK') });
});

test('a database that does not answer is ERR_DEPENDENCY, not a stack', async () => {
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: 'postgres://127.0.0.1:9/none' };
  const ended = await new Promise<Ended>((resolve) => {
    execFile(process.execPath, [MAIN, 'attempts', 'unknown'], { env }, (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout, err: stderr }));
  });
  expect(ended).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^ERR_DEPENDENCY/) });
});

test('template publish stores the next version of a text; the same again changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pacto-template-'));
  try {
    const path = join(folder, 'own-text.yaml');
    await writeFile(path, 'key: own-text\nlocale: es-PE\nsms: "{{ firm }}: {{ link }} [[optOutHowTo]]"\nsubject: Hola\nmail:\n  - text: Hola\n');
    expect(await answer('template', 'publish', path)).toMatchObject({ created: true, key: 'own-text', locale: 'es-PE', version: 1, publishedBy: 'cli' });
    expect(await answer('template', 'publish', path)).toMatchObject({ created: false, version: 1 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe('retention', () => {
  test('--dry-run names ids only; then they are erased, once', async () => {
    const person = await seedPerson(opened.db);
    const id = await seedAgreement(opened.db, person, { workflowState: 'finished' });
    const longAgo = instant(Date.now() - 5 * 366 * 86_400_000);
    await opened.db.updateTable('agreement').set({ phase: 'settled', logged_at: longAgo }).where('id', '=', id).execute();
    const due = [{ personId: person.personId, creditorId: 'acme', years: 2 }];
    expect(await answer('retention', '--dry-run')).toEqual({ dryRun: true, people: due, failed: [], kept: {} });
    const { code, out } = await pacto('retention', '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`${person.personId} +acme +2 years\\n1 would be erased\\.`));
    expect(out).not.toMatch(/Ana|\+569|@/);
    expect(await answer('retention')).toEqual({ dryRun: false, people: due, failed: [], kept: {} });
    expect(await opened.db.selectFrom('person').select('name').where('id', '=', person.personId).execute()).toEqual([{ name: '[erased]' }]);
    expect((await pacto('retention')).out).toBe('0 erased; money, outcomes and stops stay.\n');
  });
});
