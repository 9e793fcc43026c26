import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreementBody, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await call(api, 'POST', '/v1/agreements', { body: agreementBody('CARTOLA-1') });
});
afterAll(() => api.close());

const CSV = 'Fecha;Glosa;Abono;N documento\n01/12/2027;pago CARTOLA-1;25.000;77\n02/12/2027;quien sabe;1.000;78\n';

async function send(fields: Readonly<Record<string, string>>, file: string | null, key = api.keys.admin): Promise<{ status: number; body: Record<string, unknown> }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file !== null) form.append('file', new Blob([file]), 'cartola.csv');
  const request = new Request('http://pacto.test/v1/bank-files', { method: 'POST', body: form });
  const response = await api.app.inject({
    method: 'POST', url: '/v1/bank-files', payload: Buffer.from(await request.arrayBuffer()),
    headers: { authorization: `Bearer ${key}`, 'content-type': request.headers.get('content-type') ?? '' },
  });
  return { status: response.statusCode, body: JSON.parse(response.body) as Record<string, unknown> };
}

test('a statement is booked where it is certain, the rest waits in suspense, and again nothing changes', async () => {
  expect(await send({ creditorId: 'acme', account: '1-2' }, CSV)).toEqual({ status: 200, body: { entries: 2, booked: 1, suspense: 1, unchanged: 0, skipped: 0, dryRun: false, errors: [] } });
  expect((await send({ creditorId: 'acme', account: '1-2' }, CSV)).body).toMatchObject({ booked: 0, unchanged: 2 });
  expect((await call(api, 'GET', '/v1/suspense?creditorId=acme')).json()).toMatchObject({ items: [{ amountMinor: 1_000, reason: 'noMatch' }] });
});

test('a form without a file, with an unknown field, with a wrong format or that is no statement is refused by name', async () => {
  expect(await send({ creditorId: 'acme' }, null)).toMatchObject({ status: 422, body: { code: 'ERR_BODY', errors: [{ path: 'file' }] } });
  expect(await send({ creditorId: 'acme', format: 'xls' }, CSV)).toMatchObject({ status: 422, body: { code: 'ERR_BODY', errors: [{ path: 'format' }] } });
  expect(await send({ creditorId: 'acme', colour: 'red' }, CSV)).toMatchObject({ status: 422, body: { code: 'ERR_BODY' } });
  expect(await send({ creditorId: 'acme' }, 'hola')).toMatchObject({ status: 422, body: { code: 'ERR_BODY' } });
  expect(await send({ creditorId: 'nadie' }, CSV)).toMatchObject({ status: 404 });
});
