import { afterAll, beforeAll, expect, test } from 'vitest';
import { readImportRows } from '../../src/register/import/rows.ts';
import { takeInAgreements } from '../../src/register/import/take-in.ts';
import { csv, row } from '../import/desk.ts';
import { call, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** A form as a browser or curl -F sends it; a string is a field, bytes are the file. */
async function form(parts: readonly (readonly [string, string | Buffer])[]): Promise<{ body: Buffer; type: string }> {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)], { type: 'text/csv' }), ...(typeof value === 'string' ? [] : ['acuerdos.csv']));
  const response = new Response(data);
  return { body: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type') ?? '' };
}

async function send(parts: readonly (readonly [string, string | Buffer])[], key: keyof TestApi['keys'] | null = 'admin', url = '/v1/imports') {
  const { body, type } = await form(parts);
  return api.app.inject({ method: 'POST', url, headers: { 'content-type': type, ...(key === null ? {} : { authorization: `Bearer ${api.keys[key]}` }) }, payload: body });
}

interface Answer {
  id: string;
  state: string;
  nextCursor: string | null;
  errors: { line: number; column: string | null; reason: string }[];
}

async function work(id: string): Promise<void> {
  while (!(await readImportRows(api.ctx, id, () => undefined)));
  while (!(await takeInAgreements(api.ctx, id, { beat: () => undefined })));
}

const rejected = Array.from({ length: 5 }, (_, n) => row(`http-bad-${n}`, 1, { amount: '1,5' }));

test('a form with a file is taken, its import is followed with progress and errors page by page', async () => {
  const file = Buffer.from(csv([row('http-1', 1), ...rejected]));
  const taken = await send([['creditorId', 'acme'], ['file', file]]);
  expect(taken.statusCode).toBe(202);
  const { id, ...begun } = taken.json<Answer>();
  expect(begun).toMatchObject({ creditorId: 'acme', dryRun: false, state: 'reading', workflowId: `import/${id}`, progress: { lines: 6, readLines: 0 } });
  const again = await send([['file', file], ['creditorId', 'acme']]);
  expect({ status: again.statusCode, id: again.json<Answer>().id }).toEqual({ status: 200, id });

  await work(id);
  const done = (await call(api, 'GET', `/v1/imports/${id}?limit=3`, { key: 'acmeReader' })).json<Answer>();
  expect(done).toMatchObject({ state: 'done', rows: 6, agreements: { accepted: 1, rejected: 5, unchanged: 0 }, errorCount: 5, progress: { lines: 6, readLines: 6, items: 6, settled: 6 } });
  const rest = (await call(api, 'GET', `/v1/imports/${id}?limit=3&cursor=${done.nextCursor ?? ''}`)).json<Answer>();
  expect([...done.errors, ...rest.errors].map(({ line, column }) => [line, column])).toEqual([3, 4, 5, 6, 7].map((line) => [line, 'amount']));
  expect(rest.nextCursor).toBeNull();
  expect((await call(api, 'GET', '/v1/agreements/acme%2Fhttp-1')).statusCode).toBe(200);
});

test('fields may stand behind the file or in the address, and a dry run stores nothing', async () => {
  const file = Buffer.from(csv([row('http-dry', 1)]));
  const taken = await send([['file', file], ['dryRun', 'true'], ['creditorId', 'acme']]);
  expect({ status: taken.statusCode, dryRun: taken.json<{ dryRun: boolean }>().dryRun }).toEqual({ status: 202, dryRun: true });
  await work(taken.json<Answer>().id);
  expect((await call(api, 'GET', '/v1/agreements/acme%2Fhttp-dry')).statusCode).toBe(404);
  expect((await send([['file', file]], 'admin', '/v1/imports?creditorId=acme')).statusCode).toBe(202);
});

test('the kind says what the file holds; the answer counts that', async () => {
  const agreement = await send([['creditorId', 'acme'], ['file', Buffer.from(csv([row('http-kind', 1)]))]]);
  await work(agreement.json<Answer>().id);
  const payments = Buffer.from(csv([{ agreement: 'http-kind', external_id: 'HK-1', amount: '990', paid_at: '2026-03-02' }]));
  expect((await send([['creditorId', 'acme'], ['kind', 'letters'], ['file', payments]])).statusCode).toBe(422);
  expect((await send([['creditorId', 'acme'], ['file', payments]])).statusCode).toBe(422);
  const { id } = (await send([['creditorId', 'acme'], ['kind', 'payments'], ['file', payments]])).json<Answer>();
  await work(id);
  const done = (await call(api, 'GET', `/v1/imports/${id}`)).json<Record<string, unknown>>();
  expect(done).toMatchObject({ kind: 'payments', payments: { accepted: 1, rejected: 0, unchanged: 0 }, progress: { items: 1, settled: 1 } });
  expect(done).not.toHaveProperty('agreements');
});

test('what is wrong is refused with its code, and nothing is stored', async () => {
  const file = Buffer.from(csv([row('http-no', 1)]));
  const before = await api.db.selectFrom('import_file').select('id').execute();
  const code = (response: { statusCode: number; json: <T>() => T }) => `${response.statusCode} ${response.json<{ code: string }>().code}`;
  expect(code(await send([['creditorId', 'acme'], ['file', file]], null))).toBe('401 ERR_KEY');
  expect(code(await send([['creditorId', 'acme'], ['file', file]], 'agent'))).toBe('403 ERR_ROLE');
  expect(code(await send([['creditorId', 'bravo'], ['file', file]], 'acme'))).toBe('422 ERR_BODY');
  expect(code(await send([['creditorId', 'nobody'], ['file', file]]))).toBe('422 ERR_BODY');
  expect(code(await send([['file', file]]))).toBe('422 ERR_BODY');
  expect(code(await send([['creditorId', 'acme']]))).toBe('422 ERR_BODY');
  expect(code(await send([['creditorId', 'acme'], ['file', file], ['file', file]]))).toBe('422 ERR_BODY');
  expect(code(await send([['creditorId', 'acme'], ['unknown', 'x'], ['file', file]]))).toBe('422 ERR_BODY');
  expect(code(await send([['creditorId', 'acme'], ['file', Buffer.from('a,b\n1,2\n')]]))).toBe('422 ERR_BODY');
  expect(code(await call(api, 'POST', '/v1/imports', { body: { creditorId: 'acme' } }))).toBe('422 ERR_BODY');
  const { body, type } = await form([['creditorId', 'acme'], ['file', file]]);
  const cut = await api.app.inject({ method: 'POST', url: '/v1/imports', headers: { 'content-type': type, authorization: `Bearer ${api.keys.admin}` }, payload: body.subarray(0, body.length - 80) });
  expect(code(cut)).toBe('422 ERR_BODY');
  expect(await api.db.selectFrom('import_file').select('id').execute()).toEqual(before);
  expect(await api.db.selectFrom('import_chunk').innerJoin('import_file', 'import_file.id', 'import_id').select('number').where('state', '=', 'done').execute()).toEqual([]);
});

test('an import is visible to its creditor and to nobody else\'s key', async () => {
  const { id } = (await send([['file', Buffer.from(csv([row('http-mine', 1)]))]], 'acme')).json<Answer>();
  expect((await call(api, 'GET', `/v1/imports/${id}`, { key: 'acme' })).statusCode).toBe(200);
  expect((await call(api, 'GET', `/v1/imports/${id}`, { key: 'bravo' })).statusCode).toBe(404);
  expect((await call(api, 'GET', '/v1/imports/none')).statusCode).toBe(404);
});
