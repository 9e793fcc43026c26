import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { instant } from '../../src/db/columns.ts';
import { hashToken } from '../../src/register/token.ts';
import { agreementBody, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
let agreementId: string;
let personId: string;
let token: string;
let number = 0;

beforeAll(async () => {
  api = await startApi();
  ({ id: agreementId, personId } = (await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-1') })).json<{ id: string; personId: string }>());
});
afterAll(() => api.close());
beforeEach(async () => {
  token = await survey();
});

async function survey(expiresIn: number = 3_600_000): Promise<string> {
  number += 1;
  const fresh = `token-of-survey-number-${number}`;
  const now = await api.ctx.clock.now();
  await api.db.insertInto('survey').values({
    id: api.ctx.newId(), creditor_id: 'acme', agreement_id: agreementId, person_id: personId, occurrence: `survey/s${number}`, token_hash: hashToken(fresh), token: fresh,
    state: 'invited', created_at: instant(now), expires_at: instant(now + expiresIn), workflow_id: `survey/acme/A-1/${number}`,
  }).execute();
  return fresh;
}

function answer(fields: Record<string, string>, given: string = token, from: string = `10.0.0.${number}`) {
  return api.app.inject({
    method: 'POST', url: `/s/${given}`, payload: new URLSearchParams(fields).toString(), remoteAddress: from,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}

function open(given: string = token, from: string = `10.0.0.${number}`) {
  return api.app.inject({ url: `/s/${given}`, remoteAddress: from });
}

test('the page asks one question in Spanish, names the creditor, and neither the person nor an amount; no script, no inline style', async () => {
  const page = await open();
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('¿cómo fue el trato que recibió de nosotros?');
  expect(page.body).toContain('acme S.A.');
  expect(page.body).not.toMatch(/Perez|150\.000|<script|style=|\son\w+=/);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.headers['content-security-policy']).not.toContain('unsafe');
  expect(page.headers['cache-control']).toBe('no-store');
  for (const [, href] of page.body.matchAll(/href="(\/assets\/[^"]+)"/g)) expect((await api.app.inject({ url: href ?? '' })).headers['content-type']).toMatch(/^text\/css/);
});

test('an answer is taken once; the second changes nothing and says so kindly', async () => {
  expect((await answer({ score: '5', comment: '  Muy <b>amables</b>\r\ny claros ' })).body).toContain('Anotamos: 5, muy bueno.');
  const second = await answer({ score: '1' });
  expect(second.statusCode).toBe(409);
  expect(second.body).toContain('Su respuesta ya está registrada');
  expect((await open()).body).toContain('Su respuesta ya está registrada');
  const { items } = (await call(api, 'GET', '/v1/surveys?state=answered')).json<{ items: { score: number; comment: string }[] }>();
  expect(items.map(({ score, comment }) => ({ score, comment }))).toEqual([{ score: 5, comment: 'Muy <b>amables</b>\ny claros' }]);
});

test('two answers at the same moment: one is taken', async () => {
  const answers = await Promise.all(['1', '2', '3', '4'].map((score) => answer({ score })));
  expect(answers.map((one) => one.statusCode).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
});

test('without a score, or with a comment that is too long, the form comes back with what was written', async () => {
  const none = await answer({ comment: 'a "quoted" <word>' });
  expect(none.statusCode).toBe(422);
  expect(none.body).toContain('Elija una respuesta del 1 al 5.');
  expect(none.body).toContain('a &quot;quoted&quot; &lt;word&gt;');
  const long = await answer({ score: '4', comment: 'x'.repeat(1_001) });
  expect(long.statusCode).toBe(422);
  expect(long.body).toContain('hasta 1.000 caracteres');
  expect(long.body).toMatch(/value="4" required checked/);
  expect((await answer({ score: '6' })).statusCode).toBe(422);
});

test('a wrong link gets 404 and an expired one 410, both as a kind page', async () => {
  const wrong = await open('a-token-that-we-never-made-000');
  expect({ status: wrong.statusCode, kind: wrong.body.includes('No encontramos esta encuesta') }).toEqual({ status: 404, kind: true });
  expect((await open('short')).statusCode).toBe(404);
  const expired = await survey(-1_000);
  expect((await open(expired)).statusCode).toBe(410);
  expect((await answer({ score: '3' }, expired)).body).toContain('Esta encuesta ya cerró');
});

test('whoever tries many tokens is asked to wait', async () => {
  const answers = [];
  for (let tried = 0; tried < 32; tried += 1) answers.push(await open(`a-guessed-token-number-${tried}`, '10.9.9.9'));
  expect(answers.at(-1)?.statusCode).toBe(429);
  expect(answers.at(-1)?.body).toContain('Espere un momento');
});

test('the address itself, where links of messages lead for now, answers with a kind page and not with a problem', async () => {
  const page = await api.app.inject({ url: '/' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.body).toContain('responda BAJA');
  expect(page.body.match(/<h1/g)).toHaveLength(1);
});
