/** The file's whole way: from the command line and the API over the pump to the workflow, on a real Temporal server. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAgreementActivities } from '../../activities/agreements.ts';
import { createImportActivities } from '../../activities/import.ts';
import { openGateway } from '../../src/client/gateway.ts';
import { connectTemporal } from '../../src/client/temporal.ts';
import { promote } from '../../src/client/promote.ts';
import { names } from '../../src/config.ts';
import { openDb } from '../../src/db/pool.ts';
import { runPump } from '../../src/intake/pump.ts';
import { createLog } from '../../src/observability/log.ts';
import { getAgreement } from '../../src/register/agreement-reads.ts';
import { takeInAgreements } from '../../src/register/import/take-in.ts';
import { buildId, workflowBundle } from '../../src/worker/bundle.ts';
import { startWorkers } from '../../src/worker/workers.ts';
import { testTemporal } from '../setup/temporal.ts';
import { csv, hand, IMPORTER, openDesk, row, type ImportDesk } from './desk.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
let desk: ImportDesk;
let folder: string;
let stop: () => Promise<void>;
let gateway: Awaited<ReturnType<typeof openGateway>>;
/** Agreements after which the next activity dies, once. */
let dieAfter: number | null = null;

beforeAll(async () => {
  desk = await openDesk();
  folder = await mkdtemp(join(tmpdir(), 'pacto-import-'));
  const prefix = `i${randomBytes(4).toString('hex')}`;
  const queues = { agreements: `${prefix}-agreements`, deliver: `${prefix}-deliver`, batch: `${prefix}-batch` };
  const { address, namespace } = testTemporal();
  const temporal = { address, namespace, apiKey: null, tls: false };
  const log = createLog({ level: 'silent', process: 'test' });
  const opened = openDb(desk.url, { log, max: 20 });
  const build = await buildId();
  const real = createImportActivities({ ctx: desk.ctx });
  const workers = await startWorkers({
    temporal, clock: 'wall', queues, serve: ['agreements', 'deliver', 'batch'], buildId: build, deploymentName: `pacto-${prefix}`,
    bundlePath: await workflowBundle(join(PROJECT, '.cache')), log,
    activities: {
      ...createAgreementActivities({ ctx: desk.ctx }),
      readRows: (input: { importId: string }) => real.readRows(input),
      takeInAgreements: async (input: { importId: string }) => {
        if (dieAfter === null) return real.takeInAgreements(input);
        const part = dieAfter;
        dieAfter = null;
        await takeInAgreements(desk.ctx, input.importId, { beat: () => undefined, part });
        throw new Error('the worker died');
      },
    },
  });
  gateway = await openGateway({ temporal, clock: 'wall', db: opened.db, taskQueue: queues.agreements });
  const connection = await connectTemporal({ address, namespace });
  await promote(connection, { namespace, buildId: build, deploymentName: `pacto-${prefix}`, patienceMs: 20_000, pause: (ms) => sleep(ms) });
  const stopping = new AbortController();
  const pause = (ms: number, signal?: AbortSignal): Promise<void> => sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  const pump = runPump({ db: opened.db, receiver: gateway, log, pause, listen: (channel, onNotice) => opened.listen(channel, onNotice) }, stopping.signal, { lanes: 4 });
  stop = async () => {
    stopping.abort();
    await pump;
    await workers.stop();
    await gateway.close();
    await connection.close();
    await opened.close();
  };
});
afterAll(async () => {
  await stop();
  await desk.close();
  await rm(folder, { recursive: true, force: true });
});

const pacto = (...args: string[]) => importOf('agreements', ...args);

function importOf(kind: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { address, namespace } = testTemporal();
  const env = {
    PATH: process.env['PATH'] ?? '', ...Object.fromEntries(names().map((name) => [name, ''])),
    DATABASE_URL: desk.url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, PACTO_DATA: folder,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(PROJECT, 'src', 'cli', 'main.ts'), 'import', kind, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out: stdout, err: stderr }));
  });
}

test('pacto import agreements waits for the workflow, answers the counts and writes what is wrong beside the data', async () => {
  const file = join(folder, 'acuerdos.csv');
  await writeFile(file, csv([row('cli-1', 1), row('cli-1', 2), row('cli-2', 1, { amount: '1,5', name: 'Nombre Secreto' }), row('cli-3', 1)], { delimiter: ';' }));
  const dry = await pacto(file, '--creditor', 'acme', '--dry-run', '--json');
  expect({ code: dry.code, err: dry.err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(dry.out)).toMatchObject({ rows: 4, agreements: { accepted: 2, rejected: 1, unchanged: 0 } });
  await expect(getAgreement(desk.ctx, IMPORTER, 'acme/cli-1')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });

  const real = await pacto(file, '--creditor', 'acme', '--json');
  expect({ code: real.code, err: real.err }).toEqual({ code: 0, err: '' });
  const answer: unknown = JSON.parse(real.out);
  expect(answer).toEqual({ rows: 4, agreements: { accepted: 2, rejected: 1, unchanged: 0 }, errorsFile: expect.stringContaining(folder) });
  const { errorsFile } = answer as { errorsFile: string };
  expect(await readFile(errorsFile, 'utf8')).toBe('line,column,reason\n4,amount,"CLP has no decimals"\n');
  expect(await getAgreement(desk.ctx, IMPORTER, 'acme/cli-1')).toMatchObject({ balanceMinor: 91_980 });

  const people = await pacto(file, '--creditor', 'acme');
  expect(people).toMatchObject({ code: 0, out: expect.stringMatching(/^4 rows: 0 agreements accepted, 1 rejected, 2 unchanged\./) });
  expect(people.err).toContain('%');
});

test('pacto import payments and contacts answer with the counts of their kind', async () => {
  const [agreements, payments, contacts] = [join(folder, 'base.csv'), join(folder, 'pagos.csv'), join(folder, 'contactos.csv')];
  await writeFile(agreements, csv([row('cut-1', 1)]));
  await writeFile(payments, csv([{ agreement: 'cut-1', external_id: 'CUT-1', amount: '45.990', paid_at: '2026-03-02' }, { agreement: 'none', external_id: 'CUT-2', amount: '1', paid_at: '2026-03-02' }]));
  await writeFile(contacts, csv([{ person: 'P-cut-1', channel: 'call', at: '2026-03-01 10:00', outcome: 'busy' }]));
  expect(await pacto(agreements, '--creditor', 'acme')).toMatchObject({ code: 0 });
  const paid = await importOf('payments', payments, '--creditor', 'acme', '--json');
  expect({ code: paid.code, err: paid.err }).toEqual({ code: 0, err: '' });
  const answer: unknown = JSON.parse(paid.out);
  expect(answer).toEqual({ rows: 2, payments: { accepted: 1, rejected: 1, unchanged: 0 }, errorsFile: expect.stringContaining(folder) });
  expect(await readFile((answer as { errorsFile: string }).errorsFile, 'utf8')).toBe('line,column,reason\n3,agreement,"there is no such agreement of this creditor"\n');
  const told = await importOf('contacts', contacts, '--creditor', 'acme', '--json');
  expect(JSON.parse(told.out)).toEqual({ rows: 1, contacts: { accepted: 1, rejected: 0, unchanged: 0 }, errorsFile: null });
  // Settled before Pacto came: its run ends by itself.
  await waitFor(async () => (await desk.db.selectFrom('agreement').select('workflow_state').where('external_id', '=', 'cut-1').executeTakeFirstOrThrow()).workflow_state === 'finished');
  expect(await desk.db.selectFrom('survey').innerJoin('agreement', 'agreement.id', 'survey.agreement_id').select('survey.id').where('external_id', '=', 'cut-1').execute()).toEqual([]);
});

test('pacto import says what is wrong with its use, the file and the creditor', async () => {
  const file = join(folder, 'otra.csv');
  await writeFile(file, 'nombre,rut\nAna,1-9\n');
  const [none, header, creditor] = await Promise.all([pacto(join(folder, 'none.csv'), '--creditor', 'acme'), pacto(file, '--creditor', 'acme'), pacto(file)]);
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('ERR_USAGE') });
  expect(header).toMatchObject({ code: 1, err: expect.stringMatching(/ERR_BODY[\s\S]*nombre: is not a column/) });
  expect(creditor).toMatchObject({ code: 2, err: expect.stringContaining('--creditor') });
});

test('an activity that dies in the middle is tried again, and nothing is done twice or left out; the history reads as a story', async () => {
  dieAfter = 5;
  const { importId } = await hand(desk.ctx, csv(Array.from({ length: 12 }, (_, n) => row(`dies-${n}`, 1))));
  const handle = gateway.client.workflow.getHandle(`import/${importId}`);
  const result: unknown = await waitFor(async () => (await handle.describe()).status.name === 'COMPLETED').then(() => handle.result());
  expect(result).toEqual({ lines: 12, readLines: 12, items: 12, settled: 12, rejected: 0 });
  expect(dieAfter).toBeNull();
  const { events } = await handle.fetchHistory();
  const summaries = (events ?? []).flatMap((event) => (event.activityTaskScheduledEventAttributes == null ? [] : [Buffer.from(event.userMetadata?.summary?.data ?? []).toString()]));
  expect(summaries).toEqual(['"Read rows, part 1"', '"Take in agreements, part 1"']);
  const retried = (events ?? []).filter((event) => (event.activityTaskStartedEventAttributes?.attempt ?? 0) > 1);
  expect(retried).toHaveLength(1);
  for (const personal of ['Ana', '987654321', 'example.org']) expect(Buffer.from(JSON.stringify(events)).toString()).not.toContain(personal);
  // Every agreement got a workflow of its own, through the pump.
  await waitFor(async () => (await desk.db.selectFrom('agreement').select('id').where('external_id', 'like', 'dies-%').where('workflow_state', '=', 'running').execute()).length === 12);
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await condition().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error('it did not happen within 30 s');
}
