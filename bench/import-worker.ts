/** One measured import, in a process of its own: `<server url> <agreements>`; sends its figures to the parent. */
import pg from 'pg';
import { migrateToLatest } from '../src/db/migrate.ts';
import { openDb } from '../src/db/pool.ts';
import { createLog } from '../src/observability/log.ts';
import { openRegister } from '../src/register/context.ts';
import { createCreditor } from '../src/register/creditor.ts';
import { getImport, summaryOf } from '../src/register/import/reads.ts';
import { readImportRows } from '../src/register/import/rows.ts';
import { takeInAgreements } from '../src/register/import/take-in.ts';
import { startImport } from '../src/register/import/upload.ts';
import type { RegisterContext } from '../src/register/person-lock.ts';
import { publishShipped } from '../src/register/publish.ts';

const IMPORTER = { id: 'bench', role: 'admin', creditorId: null } as const;
const MB = 1_048_576;
const LOOK_MS = 20;
/**
 * Code is compiled, pools are filled and the allocator has its working size before it counts. Resident memory climbs over
 * the first 4,000 agreements of any process and then stays: with a warm-up of 1,000 a file of 2,000 ended on the way up, and
 * the comparison showed the climb of the process, not that of the file.
 */
const WARM_UP = 4_000;

async function* file(prefix: string, agreements: number): AsyncGenerator<Buffer> {
  yield Buffer.from('agreement,person,name,language,zone,country,region,city,phone,email,currency,instalment,due_on,amount,strategy,paid\n');
  for (let n = 0; n < agreements; n += 1) {
    const phone = `+569${String(60_000_000 + n)}`;
    yield Buffer.from([1, 2].map((number) => `${prefix}-${n},P-${prefix}-${n},Persona Número ${n},es-CL,America/Santiago,CL,CL-RM,Santiago,${phone},p${n}@example.org,CLP,${number},2091-0${number}-05,45.990,standard,${number === 1 && n % 4 === 0 ? '45.990' : ''}\n`).join(''));
  }
}

async function importAll(ctx: RegisterContext, prefix: string, agreements: number) {
  const { importId } = await startImport(ctx, IMPORTER, file(prefix, agreements), () => ({ kind: 'agreements', creditorId: 'acme', dryRun: false }));
  while (!(await readImportRows(ctx, importId, () => undefined)));
  while (!(await takeInAgreements(ctx, importId, { beat: () => undefined })));
  return getImport(ctx, IMPORTER, importId, { limit: 1 });
}

async function run(server: string, agreements: number): Promise<void> {
  const name = `bench_${agreements}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrateToLatest(url.href);
  const log = createLog({ level: 'silent', process: 'bench' });
  const opened = openDb(url.href, { log, max: 10 });
  const ctx = await openRegister({ clock: 'wall', identityKey: 'a-key-of-the-bench' }, opened.db, log);
  await publishShipped(ctx);
  await createCreditor(ctx, IMPORTER, { id: 'acme', name: 'Acme', type: 'thirdParty', country: 'CL', currency: 'CLP' });
  await importAll(ctx, 'warm', WARM_UP);
  let [peakRss, peakHeap] = [0, 0];
  const look = (): void => {
    const { rss, heapUsed } = process.memoryUsage();
    [peakRss, peakHeap] = [Math.max(peakRss, rss), Math.max(peakHeap, heapUsed)];
  };
  const looking = setInterval(look, LOOK_MS);
  const began = performance.now();
  const answer = await importAll(ctx, 'bench', agreements);
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(looking);
  await opened.close();
  process.send?.({ rows: answer.rows, accepted: summaryOf(answer).accepted, seconds, peakRssMb: peakRss / MB, peakHeapMb: peakHeap / MB });
  process.disconnect();
}

await run(process.argv[2] ?? '', Number(process.argv[3]));
