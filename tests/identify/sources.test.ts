/** Files dropped into a folder and rows of the creditor's own database become agreements, and what changes there changes here. */
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { agreementByExternalId } from '../../src/db/agreements.ts';
import { contactPointsOf } from '../../src/db/contact-points.ts';
import { personByExternalId } from '../../src/db/persons.ts';
import { claimRun } from '../../src/db/sources.ts';
import { getImport } from '../../src/register/import/reads.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { sourceBody } from '../../src/register/source/definition.ts';
import { hashOfFile } from '../../src/register/source/folder.ts';
import { listSources, putSource, sourceDuty, type SourceAnswer } from '../../src/register/source/sources.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { IMPORTER, openDesk, work, type ImportDesk } from '../import/desk.ts';
import { movableClock, type MovableClock } from '../register/seed.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-20T15:00:00Z');
let desk: ImportDesk;
let ctx: RegisterContext;
let clock: MovableClock;
let base: string;
let secrets: Record<string, string>;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(async () => {
  await sql`truncate identity, person, agreement, source, import_file, outbox cascade`.execute(desk.db);
  clock = movableClock(START);
  ctx = { ...desk.ctx, clock };
  base = await mkdtemp(join(tmpdir(), 'pacto-sources-'));
  secrets = {};
});
afterEach(() => rm(base, { recursive: true, force: true }));

const COLUMNS = {
  agreement: 'contrato', person: 'cliente', name: 'nombre', phone: 'fono', email: 'correo', currency: { value: 'CLP' }, zone: { value: 'America/Santiago' },
  instalment: { value: '1' }, due_on: 'vence', amount: 'monto', paid: 'pagado',
};
const FOLDER = {
  creditorId: 'acme', name: 'altas', kind: 'folder', columns: COLUMNS, dates: 'dmy', numbers: 'point', withdrawn: { from: 'estado', values: ['RETIRADO'] },
  folder: { path: 'acme/altas', stableSeconds: 60, delimiter: ';' },
};
type Change = Readonly<Record<string, unknown>>;
const put = async (change: Change = {}, from: Change = FOLDER): Promise<SourceAnswer> => (await putSource(ctx, IMPORTER, sourceBody.parse({ ...from, ...change }))).source;
const duty = () => sourceDuty({ ctx, base, secrets: (name) => secrets[name] });
const inbox = (...parts: string[]): string => join(base, 'acme/altas', ...parts);
const files = async (part: string): Promise<string[]> => (await readdir(inbox(part))).map((name) => name.replace(/^[0-9a-f]{8}-/, ''));

interface Line { readonly contrato?: string; readonly cliente?: string; readonly nombre?: string; readonly fono?: string; readonly correo?: string; readonly vence?: string; readonly monto?: string; readonly pagado?: string; readonly estado?: string }
const NAMES = ['contrato', 'cliente', 'nombre', 'fono', 'correo', 'vence', 'monto', 'pagado', 'estado'] as const;
const valuesOf = (n: number, change: Line): string[] => {
  const line: Line = { contrato: `C-${n}`, cliente: `K-${n}`, nombre: `Persona Número ${n}`, fono: `+5696123450${n}`, correo: '', vence: '05/12/2091', monto: '1,234.00', pagado: '', estado: 'VIGENTE', ...change };
  return NAMES.map((name) => line[name] ?? '');
};
const fileOf = (lines: readonly (readonly string[])[]): string => [NAMES, ...lines].map((cells) => `${cells.join(';')}\r\n`).join('');

async function drop(name: string, content: string): Promise<void> {
  await mkdir(inbox(), { recursive: true });
  await writeFile(inbox(name), content);
}

/** Looks until nothing moves, doing what the import workflow does in between. */
async function settle(): Promise<SourceAnswer> {
  for (let round = 0; round < 8; round += 1) {
    const moved = await duty().run();
    const open = await desk.db.selectFrom('import_file').select('id').where('state', '<>', 'done').execute();
    for (const { id } of open) await work(ctx, id);
    clock.set((await clock.now()) + 61_000);
    if (moved === 0 && round > 1) break;
  }
  const [source] = (await listSources(ctx, IMPORTER, { limit: 10 })).items;
  if (source === undefined) throw new Error('there is no source');
  return source;
}

const agreement = async (n: number) => agreementByExternalId(desk.db, 'acme', `C-${n}`);
const pointsOf = async (n: number) => (await contactPointsOf(desk.db, (await personByExternalId(desk.db, 'acme', `K-${n}`))?.id ?? '')).map(({ value, given }) => [value, given]);
const kindsOf = async (n: number) => (await readTimeline(desk.db, (await agreement(n))?.id ?? '')).map(({ kind }) => kind);

describe('a folder', () => {
  test('a file is taken once it has not changed for a while, mapped, imported and put away', async () => {
    await put();
    await drop('lunes.csv', fileOf([valuesOf(1, {})]));
    expect(await duty().run()).toBe(0);
    clock.set(START + 61_000);
    await drop('lunes.csv', fileOf([valuesOf(1, {}), valuesOf(2, { monto: '90000' })]));
    expect(await duty().run()).toBe(0);
    const source = await settle();
    expect(source.lastRun).toMatchObject({ state: 'done', file: 'lunes.csv', counts: { withdrawn: 0 } });
    expect(await Promise.all([agreement(1), agreement(2)])).toMatchObject([{ balance_minor: 1_234, oldest_unpaid_due: '2091-12-05' }, { balance_minor: 90_000 }]);
    expect([await files('.'), await files('done'), await files('taken')]).toEqual([['done', 'failed', 'taken'], ['lunes.csv'], []]);
  });

  test('a row that is wrong is reported beside the file, by the line and the column of the source', async () => {
    await put();
    await drop('lunes.csv', fileOf([valuesOf(1, {}), valuesOf(2, { estado: 'RETIRADO' }), valuesOf(3, { vence: '31/02/2091' }), valuesOf(4, {})]));
    const source = await settle();
    expect(source.lastRun).toMatchObject({ state: 'done', error: '1 of 3 rejected' });
    const report = (await readdir(inbox('done'))).find((name) => name.endsWith('.errors.csv')) ?? '';
    expect(await readFile(inbox('done', report), 'utf8')).toMatch(/^line,column,reason\n4,"vence",".*date.*"\n$/);
    expect(await agreement(2)).toBeUndefined();
  });

  test('a file without a column of the mapping fails as a whole and says which', async () => {
    await put();
    await drop('otro.csv', 'contrato;cliente\r\nC-1;K-1\r\n');
    const source = await settle();
    expect(source.lastRun).toMatchObject({ state: 'failed', error: expect.stringContaining('nombre') });
    expect((await readdir(inbox('failed'))).map((name) => name.slice(9)).sort()).toEqual(['otro.csv', 'otro.csv.errors.csv']);
    expect(await desk.db.selectFrom('import_file').selectAll().execute()).toEqual([]);
  });

  test('the same content again changes nothing', async () => {
    await put();
    await drop('lunes.csv', fileOf([valuesOf(1, { pagado: '1000' })]));
    await settle();
    const before = [await desk.db.selectFrom('import_file').select('id').execute(), await kindsOf(1)];
    await drop('martes.csv', fileOf([valuesOf(1, { pagado: '1000' })]));
    expect((await settle()).lastRun).toMatchObject({ state: 'done', file: 'martes.csv', counts: { unchanged: true } });
    expect([await desk.db.selectFrom('import_file').select('id').execute(), await kindsOf(1)]).toEqual(before);
    expect(await files('done')).toEqual(expect.arrayContaining(['lunes.csv', 'martes.csv']));
  });

  test('links, hidden files and other names are left alone, and the folder cannot lead out', async () => {
    await put();
    await duty().run();
    await writeFile(join(base, 'secreto.csv'), fileOf([valuesOf(9, {})]));
    await symlink(join(base, 'secreto.csv'), inbox('enlace.csv'));
    await link(join(base, 'secreto.csv'), inbox('duro.csv'));
    await writeFile(inbox('.oculto.csv'), fileOf([valuesOf(8, {})]));
    await settle();
    expect(await desk.db.selectFrom('source_run').selectAll().execute()).toEqual([]);
    for (const path of ['../fuera', '/etc', 'acme/../..', 'acme/./x', '.acme']) expect(sourceBody.safeParse({ ...FOLDER, folder: { path } }).error?.issues).toMatchObject([{ path: ['folder', 'path'] }]);
    const outside = await mkdtemp(join(tmpdir(), 'pacto-outside-'));
    await symlink(outside, join(base, 'afuera'));
    await put({ name: 'afuera', folder: { path: 'afuera/altas' } });
    await settle();
    expect(await readdir(outside)).toEqual([]);
    await rm(outside, { recursive: true });
  });

  test.each(['claimed', 'taken', 'imported', 'put away'] as const)('a process that dies when the file is %s loses nothing', async (moment) => {
    const { id, version } = await put();
    await drop('lunes.csv', fileOf([valuesOf(1, {})]));
    if (moment === 'claimed') {
      const sha256 = await hashOfFile(inbox('lunes.csv'));
      await claimRun(desk.db, { id: ctx.newId(), sourceId: id, version, file: 'lunes.csv', sha256: sha256 ?? '', at: START });
    } else {
      // The database goes away right after the step; the next look finds what the step left behind.
      const dying = { taken: 'import_file', imported: 'source_run', 'put away': 'source_run' }[moment];
      const when = moment === 'put away' ? "new.state = 'done'" : moment === 'imported' ? "new.state = 'importing'" : 'true';
      await pgOn(desk.url, `create function die() returns trigger language plpgsql as $$ begin if ${when} then raise exception 'gone'; end if; return new; end $$;
        create trigger die before ${moment === 'taken' ? 'insert' : 'update'} on ${dying} for each row execute function die()`);
      const died = await settle();
      expect(died.lastRun?.state).toMatch(/claimed|importing/);
      expect(existsSync(inbox('lunes.csv'))).toBe(false);
      await pgOn(desk.url, `drop trigger die on ${dying}; drop function die()`);
    }
    expect((await settle()).lastRun).toMatchObject({ state: 'done' });
    expect(await agreement(1)).toMatchObject({ balance_minor: 1_234 });
    expect(await files('done')).toEqual(['lunes.csv']);
  });

  test('two processes that look at once take the file once', async () => {
    await put();
    await drop('lunes.csv', fileOf([valuesOf(1, {})]));
    await duty().run();
    clock.set(START + 2 * MINUTE);
    await Promise.allSettled([duty().run(), duty().run(), duty().run()]);
    await settle();
    expect(await desk.db.selectFrom('source_run').select('state').execute()).toEqual([{ state: 'done' }]);
    expect(await kindsOf(1)).toEqual(['agreementLogged']);
  });
});

describe('what changes at the source', () => {
  test('a new number is used, the old one is kept and not used, until it is given again', async () => {
    await put();
    for (const [name, fono] of [['a', '+56961234501'], ['b', '+56961234599'], ['c', '+56961234501']] as const) {
      await drop(`${name}.csv`, fileOf([valuesOf(1, { fono })]));
      await settle();
      const given = (await pointsOf(1)).filter(([, now]) => now).map(([value]) => value);
      expect(given).toEqual([fono]);
    }
    expect(await pointsOf(1)).toHaveLength(2);
    const changes = (await readTimeline(desk.db, (await agreement(1))?.id ?? '')).filter(({ kind }) => kind === 'personChanged');
    expect(changes.map(({ outcome }) => outcome)).toEqual(['added,ungiven', 'back,ungiven']);
    expect(JSON.stringify(changes)).not.toMatch(/5696|Persona/);
  });

  test('a withdrawn debt ends at once, and once', async () => {
    await put();
    await drop('a.csv', fileOf([valuesOf(1, {}), valuesOf(2, {})]));
    await settle();
    await drop('b.csv', fileOf([valuesOf(1, { estado: 'retirado ' }), valuesOf(2, {})]));
    clock.set((await clock.now()) + MINUTE);
    await duty().run();
    clock.set((await clock.now()) + MINUTE);
    await duty().run();
    // Before the import has done anything.
    expect(await agreement(1)).toMatchObject({ phase: 'closed' });
    expect((await settle()).lastRun).toMatchObject({ state: 'done', counts: { withdrawn: 1 } });
    await drop('c.csv', fileOf([valuesOf(1, { estado: 'RETIRADO' }), valuesOf(2, { estado: 'VIGENTE' }), valuesOf(3, {})]));
    expect((await settle()).lastRun).toMatchObject({ counts: { withdrawn: 0 } });
    expect((await kindsOf(1)).filter((kind) => kind === 'cancelled')).toHaveLength(1);
    expect(await agreement(2)).toMatchObject({ phase: 'active' });
  });

  test('what a full delivery lacks is reported, withdrawn where the source says so, and never when too much is gone', async () => {
    const full = { delivers: 'full', missing: 'withdraw', missingAtMostPercent: 40 };
    await put(full);
    await drop('a.csv', fileOf([1, 2, 3, 4].map((n) => valuesOf(n, {}))));
    await settle();
    await drop('b.csv', fileOf([valuesOf(1, {})]));
    expect((await settle()).lastRun).toMatchObject({ state: 'done', counts: { missing: 3 } });
    expect(await agreement(4)).toMatchObject({ phase: 'active' });
    await drop('c.csv', fileOf([valuesOf(1, {}), valuesOf(2, {}), valuesOf(3, {})]));
    expect((await settle()).lastRun).toMatchObject({ counts: { missing: 1, missingWithdrawn: 1 } });
    expect(await agreement(4)).toMatchObject({ phase: 'closed' });
    // Half a line is no proof that somebody is gone.
    await drop('d.csv', `${fileOf([valuesOf(1, {}), valuesOf(2, {})])}C-3;"K-3;rota\r\n`);
    expect((await settle()).lastRun).toMatchObject({ counts: { missing: 1 } });
    expect(await agreement(3)).toMatchObject({ phase: 'active' });
  });

  test('a payment taken by the creditor is booked once, as collected by the creditor', async () => {
    await put();
    await drop('a.csv', fileOf([valuesOf(1, {})]));
    await settle();
    const payments = { name: 'pagos', imports: 'payments', columns: { agreement: 'contrato', external_id: 'boleta', amount: 'monto', paid_at: 'fecha' }, withdrawn: undefined, folder: { path: 'acme/pagos' } };
    await put(payments);
    for (const name of ['p1.csv', 'p2.csv']) {
      await mkdir(join(base, 'acme/pagos'), { recursive: true });
      await writeFile(join(base, 'acme/pagos', name), `contrato,boleta,monto,fecha\nC-1,B-77,1000,2026-11-19${name === 'p2.csv' ? '\nC-1,B-78,234,2026-11-19' : ''}\n`);
      await settle();
    }
    expect(await desk.db.selectFrom('payment').select(['external_id', 'amount_minor', 'collected_by']).orderBy('external_id').execute())
      .toEqual([{ external_id: 'B-77', amount_minor: 1_000, collected_by: 'creditor' }, { external_id: 'B-78', amount_minor: 234, collected_by: 'creditor' }]);
    expect(await agreement(1)).toMatchObject({ balance_minor: 0 });
  });
});

async function pgOn(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

describe('a query', () => {
  let crm: FreshDatabase;
  beforeAll(async () => { crm = await freshDatabase({ migrated: false }); });
  afterAll(() => crm.drop());
  beforeEach(async () => {
    await pgOn(crm.url, 'drop table if exists deuda; drop sequence if exists huella; create table deuda (contrato text, cliente text, nombre text, fono text, correo text, vence date, monto numeric(14,2), pagado numeric, estado text)');
    await pgOn(crm.url, [1, 2, 3].map((n) => `insert into deuda values ('C-${n}', 'K-${n}', 'Persona Número ${n}', '+5696123450${n}', null, '2091-12-05', 45990.00, null, 'VIGENTE')`).join(';'));
    secrets = { PACTO_SOURCE_CRM: crm.url };
  });
  const QUERY = {
    creditorId: 'acme', name: 'crm', kind: 'sql', columns: COLUMNS, numbers: 'point', everyMinutes: 60, withdrawn: FOLDER.withdrawn,
    sql: { connection: 'PACTO_SOURCE_CRM', query: 'select * from deuda order by contrato', tls: 'off', batch: 2 },
  };

  test('its rows become agreements, in batches; asked again without a change nothing happens', async () => {
    await put({}, QUERY);
    expect((await settle()).lastRun).toMatchObject({ state: 'done', counts: { withdrawn: 0 } });
    expect(await Promise.all([agreement(1), agreement(3)])).toMatchObject([{ balance_minor: 45_990 }, { balance_minor: 45_990 }]);
    clock.set((await clock.now()) + 2 * 60 * MINUTE);
    expect((await settle()).lastRun).toMatchObject({ counts: { unchanged: true } });
    await pgOn(crm.url, "update deuda set estado = 'RETIRADO' where contrato = 'C-2'; update deuda set fono = '+56961234577' where contrato = 'C-1'");
    clock.set((await clock.now()) + 2 * 60 * MINUTE);
    expect((await settle()).lastRun).toMatchObject({ counts: { withdrawn: 1 } });
    expect(await agreement(2)).toMatchObject({ phase: 'closed' });
    expect(await pointsOf(1)).toEqual([['+56961234501', false], ['+56961234577', true]]);
    const imports = await desk.db.selectFrom('import_file').select('id').execute();
    for (const { id } of imports) expect(await getImport(ctx, IMPORTER, id, { limit: 10 })).toMatchObject({ errors: [] });
  });

  test.each([
    ['writes', 'with gone as (delete from deuda returning *) select * from gone', 'ERR_DEPENDENCY'],
    ['calls what writes', "select *, nextval('huella') from deuda", 'ERR_DEPENDENCY'],
    ['takes too long', 'select deuda.*, pg_sleep(5) from deuda', 'ERR_DEPENDENCY'],
  ])('one that %s is refused by the database and changes nothing there', async (_what, query) => {
    await pgOn(crm.url, 'create sequence huella');
    await put({ sql: { ...QUERY.sql, query, timeoutSeconds: 1 } }, QUERY);
    await duty().run();
    const client = new pg.Client({ connectionString: crm.url });
    await client.connect();
    expect((await client.query('select count(*)::int as n, (select is_called from huella) as called from deuda')).rows).toEqual([{ n: 3, called: false }]);
    await client.end();
    expect(await agreement(1)).toBeUndefined();
  });

  test('more rows than the limit is no delivery at all', async () => {
    await put({ sql: { ...QUERY.sql, rowLimit: 2 } }, QUERY);
    await duty().run();
    expect(await desk.db.selectFrom('import_file').selectAll().execute()).toEqual([]);
  });

  test('the connection string stands nowhere but in its variable, and only a SELECT is taken', async () => {
    await put({}, QUERY);
    secrets = { PACTO_SOURCE_CRM: 'postgres://usuario:clave-secreta@127.0.0.1:1/nada' };
    const lines: string[] = [];
    const log = { ...ctx.log, error: (...given: unknown[]) => void lines.push(JSON.stringify(given.map((one) => (one instanceof Object && 'err' in one ? [one, String(one.err)] : one)))) };
    await sourceDuty({ ctx: { ...ctx, log: log as unknown as typeof ctx.log }, base, secrets: (name) => secrets[name] }).run();
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('clave-secreta');
    expect(JSON.stringify(await desk.db.selectFrom('source_version').selectAll().execute())).not.toMatch(/postgres:|clave/);
    const wrong = (sql: Change) => sourceBody.safeParse({ ...QUERY, sql: { ...QUERY.sql, ...sql } }).error?.issues.map(({ path }) => path.join('.'));
    expect(wrong({ connection: 'postgres://x' })).toEqual(['sql.connection']);
    expect(wrong({ connection: 'DATABASE_URL' })).toEqual(['sql.connection']);
    expect(wrong({ query: 'delete from deuda' })).toEqual(['sql.query']);
    expect(wrong({ query: 'select 1; drop table deuda' })).toEqual(['sql.query']);
  });

  test('without encryption only a database on this machine is asked', async () => {
    await put({ sql: { ...QUERY.sql, tls: 'verify' } }, QUERY);
    await duty().run();
    expect(await desk.db.selectFrom('source_run').selectAll().execute()).toEqual([]);
    secrets = { PACTO_SOURCE_CRM: 'postgres://usuario@db.example.org/crm' };
    await put({}, QUERY);
    await duty().run();
    expect(await desk.db.selectFrom('source_run').selectAll().execute()).toEqual([]);
  });
});

test('a definition is versioned, the same again is the same version, and what is wrong is named', async () => {
  const first = await put();
  expect(await put()).toMatchObject({ id: first.id, version: 1 });
  expect(await put({ numbers: 'comma' })).toMatchObject({ id: first.id, version: 2, definition: { numbers: 'comma' } });
  const { issues } = sourceBody.safeParse({ ...FOLDER, columns: { agreement: { value: 'x' }, person: 'a', nombres: 'b' }, missing: 'withdraw', folder: undefined }).error ?? { issues: [] };
  expect(issues.map(({ path }) => path.join('.'))).toEqual([
    'folder', 'columns.nombres', 'columns.name', 'columns.currency', 'columns.instalment', 'columns.due_on', 'columns.amount', 'columns.phone', 'columns.agreement', 'missing',
  ]);
});
