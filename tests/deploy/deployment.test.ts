/** A deployment from nothing to its orderly end, with the commands of docker-compose.yml on the files of the image. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkDependencies } from '../../src/cli/commands/doctor.ts';
import { loadConfig } from '../../src/config.ts';
import { testTemporal } from '../setup/temporal.ts';
import { composeFile } from './image.ts';
import { commandOf, prepareInstallation, type Ended, type Installation, type Started } from './installation.ts';

let here: Installation;
let running: Record<'worker' | 'pump' | 'api', Started>;
let key = '';
let files: string[];

beforeAll(async () => {
  here = await prepareInstallation();
  files = filesOf(here.image.folder);
}, 60_000);
afterAll(() => here.close());

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('node_modules')).sort();
}

interface Diagnosis {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly standing: string; readonly found: string; readonly remedy: string | null }[];
}

const diagnosisOf = ({ out }: Ended): Diagnosis => JSON.parse(out) as Diagnosis;
const wrongIn = (ended: Ended) => Object.fromEntries(diagnosisOf(ended).checks.filter(({ standing }) => standing === 'wrong').map(({ name, remedy }) => [name, remedy]));
const doctor = (change: Record<string, string> = {}) => here.pacto(['doctor', '--json'], change);

const post = (path: string, body: unknown) => fetch(`${here.apiUrl}${path}`, {
  method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
});

/** Somebody else holds the person: whatever wants to write about them waits until `release`. */
async function holdPerson(): Promise<{ waiting: () => Promise<boolean>; release: () => Promise<void> }> {
  // Whoever looks must not be in the transaction: there the list of who waits stands still.
  const [holder, looker] = [new pg.Client({ connectionString: here.database.url }), new pg.Client({ connectionString: here.database.url })];
  for (const client of [holder, looker]) {
    client.on('error', () => undefined);
    await client.connect();
  }
  await holder.query('begin');
  await holder.query('select id from identity for update');
  return {
    waiting: async () => (await looker.query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).rowCount !== 0,
    release: async () => {
      await holder.query('commit');
      await Promise.all([holder.end(), looker.end()]);
    },
  };
}

async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await done()) return;
    await sleep(50);
  }
  throw new Error(`not within 15 s: ${what}`);
}

test('before anything is set up the doctor says what to run, and fails', async () => {
  expect(await here.run('temporal-namespace')).toMatchObject({ code: 0 });
  expect(await here.run('temporal-namespace'), 'a second time').toMatchObject({ code: 0 });
  let first = await doctor();
  // A namespace is known to every part of the server some seconds after it was made.
  for (let tries = 0; 'namespace' in wrongIn(first) && tries < 20; tries += 1) {
    await sleep(500);
    first = await doctor();
  }
  expect(first.code).toBe(1);
  expect(first.err).toContain('ERR_DEPENDENCY');
  expect(wrongIn(first)).toMatchObject({
    'schema': 'Run pacto migrate.', 'search attributes': 'Run pacto setup.', 'workers': expect.stringContaining('Start pacto worker'),
    'build': expect.stringContaining('pacto promote'), 'public URL': expect.stringContaining('Start pacto api'),
  });
}, 60_000);

test('migrate and setup, twice, as a second deploy would', async () => {
  for (const job of ['migrate', 'setup', 'setup', 'migrate']) {
    // Compose tries again as well.
    let ended = await here.run(job);
    for (let tries = 0; ended.code !== 0 && tries < 10; tries += 1) {
      await sleep(1_000);
      ended = await here.run(job);
    }
    expect({ code: ended.code, err: ended.err }, job).toEqual({ code: 0, err: '' });
  }
}, 60_000);

test('worker, pump and api become healthy by the checks of the file, the build is promoted, the doctor has nothing to say', async () => {
  running = { worker: here.start('worker'), pump: here.start('pump'), api: here.start('api') };
  for (const name of ['worker', 'pump', 'api'] as const) await here.healthy(name, running[name]);
  expect(await here.run('promote')).toMatchObject({ code: 0 });
  const well = await here.run('doctor');
  expect(well.err).toBe('');
  expect(well.code).toBe(0);
  const { checks } = diagnosisOf(await doctor());
  expect(checks.filter(({ standing }) => standing !== 'ok').map(({ name }) => name)).toEqual(['public URL']);
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['database', 'clock of the database', 'schema', 'outbox', 'emergency stop', 'temporal', 'namespace', 'search attributes', 'workers', 'build', 'twilio', 'sendgrid', 'clock']));
}, 60_000);

test('the metrics of the contract are there, and the Temporal SDK\'s own and the pump\'s beside them', async () => {
  const text = async (url: string) => (await fetch(url)).text();
  const product = await text(`${here.apiUrl}/metrics`);
  const names = ['contacts_total', 'contact_lateness_seconds', 'contacted_after_payment_total', 'attempts_unknown', 'outbox_lag_seconds', 'due_not_acted', 'payments_minor_total', 'promises_total', 'callbacks_total', 'prelegal_open', 'survey_score'];
  for (const name of names) expect(product).toMatch(new RegExp(`^# TYPE pacto_${name} (gauge|counter|histogram)$`, 'm'));
  expect(product).toContain('pacto_contacted_after_payment_total 0\n');
  expect(product).toContain('pacto_contact_lateness_seconds_bucket{le="+Inf"} 0\n');
  expect(await text(`http://127.0.0.1:${here.variables('worker')['METRICS_PORT']}/metrics`)).toMatch(/^temporal_num_pollers/m);
  expect(await text(`http://127.0.0.1:${here.variables('pump')['METRICS_PORT']}/metrics`)).toMatch(/^pacto_pump_idle_seconds /m);
});

test('a metrics port that is taken is named, by either process, before it does anything', async () => {
  const taken = { METRICS_PORT: here.variables('pump')['METRICS_PORT'] ?? '' };
  for (const ended of await Promise.all([here.pacto(['pump'], taken), here.pacto(['worker'], taken)])) {
    expect({ code: ended.code, err: ended.err }).toMatchObject({ code: 1, err: expect.stringContaining(`ERR_CONFIG METRICS_PORT: port ${taken.METRICS_PORT}`) });
  }
});

test('the doctor finds each thing that is wrong, alone, and tells no secret', async () => {
  const faults: Record<string, Record<string, string>> = {
    twilio: { TWILIO_AUTH_TOKEN: 'c3'.repeat(16) },
    sendgrid: { SENDGRID_API_KEY: 'SG.sandboxid.other' },
    smtp: { EMAIL_PROVIDER: 'smtp', SMTP_URL: 'smtp://user:hunter2@127.0.0.1:1' },
    database: { DATABASE_URL: 'postgres://pacto:hunter2@127.0.0.1:1/pacto' },
    temporal: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    namespace: { TEMPORAL_NAMESPACE: 'nobody' },
    'public URL': { PUBLIC_BASE_URL: `http://${testTemporal().address}` },
  };
  const found = await Promise.all(Object.values(faults).map((change) => checkDependencies(loadConfig({ ...here.variables('doctor'), ...change }))));
  expect(found.map((checks) => checks.filter(({ standing }) => standing === 'wrong').map(({ name }) => name))).toEqual(Object.keys(faults).map((name) => [name]));
  expect(JSON.stringify(found)).not.toMatch(/hunter2|SG\.sandboxid|c3c3c3/);
}, 30_000);

test('the doctor names a variable that cannot be read, and looks no further', async () => {
  const ended = await doctor({ PORT: 'eighty' });
  expect({ code: ended.code, checks: diagnosisOf(ended).checks }).toMatchObject({ code: 1, checks: [{ name: 'configuration', found: expect.stringContaining('PORT must be a whole number') }] });
});

test('a worker that is told to stop lets its activity end, and exits 0', async () => {
  const added = await here.pacto(['key', 'add', '--role', 'admin', '--json']);
  key = (JSON.parse(added.out) as { key: string }).key;
  expect((await post('/v1/creditors', { id: 'acme', name: 'Acme', type: 'firstParty', country: 'CL', currency: 'CLP' })).status).toBe(201);
  const logged = await post('/v1/agreements', {
    creditorId: 'acme', externalId: 'A-1', currency: 'CLP', instalments: [{ number: 1, dueOn: '2031-01-05', amountMinor: 45_990 }],
    person: { externalId: 'P-1', name: 'Persona de Ejemplo', zone: 'America/Santiago', contactPoints: [{ kind: 'phone', value: '+56961234567', consent: 'granted' }] },
  });
  expect(logged.status).toBe(201);
  const agreement = async () => (await (await fetch(`${here.apiUrl}/v1/agreements/acme%2FA-1`, { headers: { authorization: `Bearer ${key}` } })).json()) as { runId: string | null; balanceMinor: number };
  await until(async () => (await agreement()).runId !== null, 'the pump starts the workflow');
  const connection = await Connection.connect({ address: testTemporal().address });
  const handle = new Client({ connection, namespace: here.namespace }).workflow.getHandle('agreement/acme/A-1');
  const person = await holdPerson();
  await handle.signal('recordPayment', { externalId: 'P-1', amountMinor: 990, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' });
  await until(person.waiting, 'the activity waits for the person');
  running.worker.child.kill('SIGTERM');
  await sleep(100);
  expect(running.worker.child.exitCode).toBeNull();
  await person.release();
  expect(await running.worker.ended).toMatchObject({ code: 0 });
  expect((await agreement()).balanceMinor).toBe(45_000);
  const events = (await handle.fetchHistory()).events ?? [];
  expect(events.filter((event) => event.activityTaskStartedEventAttributes).map((event) => event.activityTaskStartedEventAttributes?.attempt)).toEqual([1]);
  expect(events.filter((event) => event.activityTaskCompletedEventAttributes)).toHaveLength(1);
  await connection.close();
}, 60_000);

test('a pump that is told to stop exits 0', async () => {
  running.pump.child.kill('SIGTERM');
  expect(await running.pump.ended).toMatchObject({ code: 0 });
});

test('an api that is told to stop answers the request it has, takes no other, and exits 0', async () => {
  const person = await holdPerson();
  const answer = post('/v1/agreements/acme%2FA-1/payments', { externalId: 'P-2', amountMinor: 1_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' });
  await until(person.waiting, 'the request waits for the person');
  running.api.child.kill('SIGTERM');
  await until(() => fetch(`${here.apiUrl}/healthz`).then((one) => one.status === 503, () => true), 'the api takes nothing new');
  expect(running.api.child.exitCode).toBeNull();
  await person.release();
  expect((await answer).status).toBe(201);
  const answered = performance.now();
  expect(await running.api.ended).toMatchObject({ code: 0 });
  // The client keeps its connection; waiting for that would outlast the patience of whoever asked us to stop.
  expect(performance.now() - answered).toBeLessThan(5_000);
}, 60_000);

test('every command and health check of ours in the file was run here, and none wrote into the image', () => {
  const { services } = composeFile();
  const ours = Object.entries(services).filter(([name, { build }]) => build !== undefined || name === 'temporal-namespace');
  for (const [name, service] of ours) {
    expect(here.ran, name).toContain(`${name}: ${commandOf(service)}`);
    if (service.healthcheck !== undefined) expect(here.ran, name).toContain(`${name} healthcheck: ${service.healthcheck.test.join(' ')}`);
  }
  expect(filesOf(here.image.folder)).toEqual(files);
});
