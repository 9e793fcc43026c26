import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { instant, json } from '../../src/db/columns.ts';
import { insertCode } from '../../src/db/links.ts';
import { erasePerson, erasureBody } from '../../src/register/person-erasure.ts';
import { hashCode } from '../../src/register/second-factor.ts';
import { hashToken } from '../../src/register/token.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { ADMIN } from '../register/ledger.ts';
import { pay } from '../register/seed.ts';
import { contentOf } from '../http/api.ts';
import { MISSED_AT } from '../sending/desk.ts';
import { caller, cookieOf, hiddenOf, open, openRig, post, reach, type Reached, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const PERSONAL = /Zulema|Quintrileo|Acme|145|225|C-9|A-|7878|ana@|61234567/;
const DAY = 86_400_000;

/** A second link of the same person, as a later message brings it. */
async function another({ person, agreementId }: Reached): Promise<string> {
  const { db } = rig.desk;
  const [link] = await db.selectFrom('link').selectAll().where('agreement_id', '=', agreementId).where('kind', '=', 'debtor').execute();
  if (link === undefined) throw new Error('there is no link');
  const attempt = await db.selectFrom('attempt').selectAll().where('id', '=', link.attempt_id).executeTakeFirstOrThrow();
  const [token, attemptId] = [`t${randomUUID().replaceAll('-', '')}`, randomUUID()];
  const { rows } = await sql<{ column_name: string }>`select column_name from information_schema.columns where table_name = 'attempt' and is_generated = 'NEVER' order by ordinal_position`.execute(db);
  const columns = sql.join(rows.map(({ column_name: name }) => sql.ref(name)));
  const values = sql.join(rows.map(({ column_name: name }) => (name === 'id' ? sql`${attemptId}::uuid` : sql.ref(name))));
  await sql`insert into attempt (${columns}) select ${values} from attempt where id = ${attempt.id}`.execute(db);
  await db.insertInto('link').values({ ...link, id: randomUUID(), token_hash: hashToken(token), attempt_id: attemptId, person_id: person.personId, created_at: instant(link.created_at), expires_at: instant(link.expires_at) }).execute();
  return token;
}

async function passed(reached: Reached): Promise<string> {
  const response = await post(rig, `/d/${reached.token}`, { digits: '7878' });
  expect(response.statusCode).toBe(303);
  return cookieOf(response);
}

describe('before the person is confirmed', () => {
  test('the page says who writes and nothing about anybody; no script, no inline style, not kept by a browser', async () => {
    const { token } = await reach(rig);
    await rig.desk.db.updateTable('creditor').set({ settings: json({ firm: 'Andes Servicios', contact: { phone: '+56 2 2938 0000' } }) }).where('id', '=', 'acme').execute();
    const page = await open(rig, `/d/${token}`);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Andes Servicios');
    expect(page.body).toContain('En 11.222.333-4 son 2333.');
    expect(page.body).toContain('href="tel:+56229380000"');
    expect(page.body.replaceAll('Andes Servicios', '')).not.toMatch(PERSONAL);
    expect(page.body).not.toMatch(/<script|style=|\son\w+=/);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['set-cookie']).toBeUndefined();
  });

  test.each([['es', 'Tenemos un mensaje para usted'], ['pt', 'Temos uma mensagem para você'], ['en', 'We have a message for you']])('it speaks %s', async (lang, words) => {
    const { token } = await reach(rig);
    const { body } = await open(rig, `/d/${token}?lang=${lang}`);
    expect(body).toContain(words);
    expect(body).toContain(`<html lang="${lang}">`);
  });

  test('looking changes nothing, however often and whoever looks', async () => {
    const { token } = await reach(rig);
    const before = await contentOf(rig.desk.db);
    await open(rig, `/d/${token}`);
    await rig.app.inject({ method: 'HEAD', url: `/d/${token}`, remoteAddress: caller() });
    await open(rig, `/d/${token}?digits=7878&do=notMe`);
    expect(await contentOf(rig.desk.db)).toEqual(before);
  });

  test('a token that is none of ours, one that is over and one of another kind get the same calm page, whatever is asked of them', async () => {
    const { token, unsubscribe } = await reach(rig, { channel: 'email' });
    await rig.desk.db.updateTable('person').set({ language: 'pt-BR' }).where('name', '=', 'Zulema Quintrileo').execute();
    const unknown = await open(rig, `/d/${'x'.repeat(22)}`);
    expect(unknown).toMatchObject({ statusCode: 404, body: expect.stringContaining('No encontramos esta página') });
    rig.desk.clock.set(MISSED_AT + 31 * DAY);
    for (const given of ['short', token, String(unsubscribe)]) {
      for (const page of ['', '/date', '/none']) {
        const answers = [await open(rig, `/d/${given}${page}`), await post(rig, `/d/${given}${page}`, { digits: '7878' })];
        for (const answer of answers) expect({ status: answer.statusCode, body: answer.body, cookie: answer.headers['set-cookie'] }).toEqual({ status: 404, body: unknown.body, cookie: undefined });
      }
    }
    await rig.desk.db.updateTable('person').set({ language: 'es-CL' }).where('name', '=', 'Zulema Quintrileo').execute();
  });
});

describe('the second factor', () => {
  test('opens with the last four digits, as people write them, and remembers it for this link only', async () => {
    const [one, other] = [await reach(rig), await reach(rig)];
    const response = await post(rig, `/d/${one.token}?lang=en`, { digits: ' 78-78 ' });
    expect(response.statusCode).toBe(303);
    expect(response.headers.location).toBe(`/d/${one.token}?lang=en`);
    expect(String(response.headers['set-cookie'])).toMatch(new RegExp(`^pacto_d=[\\w-]{22}; Path=/d/${one.token}; Max-Age=1800; HttpOnly; SameSite=Lax; Secure$`));
    const cookie = cookieOf(response);
    expect((await open(rig, `/d/${one.token}`, { cookie })).body).toContain('Hola, Zulema');
    expect((await open(rig, `/d/${other.token}`, { cookie })).body).not.toMatch(/Zulema/);
    expect((await open(rig, `/d/${one.token}`)).body).not.toMatch(/Zulema/);
  });

  test('confirms the person, once, with an entry that names nobody', async () => {
    const reached = await reach(rig);
    await passed(reached);
    await passed(reached);
    const entries = (await readTimeline(rig.desk.db, reached.agreementId)).filter(({ kind }) => kind === 'personConfirmed');
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toMatch(/Zulema|7878/);
    const { confirmed_at: at } = await rig.desk.db.selectFrom('person').select('confirmed_at').where('id', '=', reached.person.personId).executeTakeFirstOrThrow();
    expect(at).toBe(MISSED_AT);
  });

  test('five wrong tries within an hour lock every link of the person; the right digits do not help then', async () => {
    const reached = await reach(rig);
    const answers = [];
    for (const digits of ['0000', '1111', '2222', '3333', '4444']) answers.push(await post(rig, `/d/${reached.token}`, { digits }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([422, 422, 422, 422, 429]);
    expect(answers[0]?.body).toContain('Le quedan 4 intentos.');
    expect(answers[3]?.body).toContain('Le queda 1 intento.');
    expect(await post(rig, `/d/${reached.token}`, { digits: '7878' })).toMatchObject({ statusCode: 429, body: expect.stringContaining('60 minutos') });
    expect((await open(rig, `/d/${reached.token}`)).statusCode).toBe(429);
    await sql`update factor_try set at_wall = at_wall - interval '61 minutes' where person_id = ${reached.person.personId}`.execute(rig.desk.db);
    expect((await post(rig, `/d/${reached.token}`, { digits: '7878' })).statusCode).toBe(303);
  });

  test('an empty field is no try', async () => {
    const reached = await reach(rig);
    for (const fields of [{}, { digits: ' ' }, { do: 'sendCode' }]) expect((await post(rig, `/d/${reached.token}`, fields)).statusCode).toBe(200);
    expect(await rig.desk.db.selectFrom('factor_try').select('id').where('person_id', '=', reached.person.personId).execute()).toEqual([]);
  });

  test('tries over several links of one person count together, also at the same moment', async () => {
    const one = await reach(rig);
    const links = [one.token, await another(one), await another(one)];
    const answers = await Promise.all(Array.from({ length: 18 }, (_, n) => post(rig, `/d/${links[n % 3] ?? ''}`, { digits: String(1000 + n) })));
    expect(answers.map(({ statusCode }) => statusCode).filter((status) => status === 422)).toHaveLength(4);
    expect(await rig.desk.db.selectFrom('factor_try').select('id').where('person_id', '=', one.person.personId).execute()).toHaveLength(5);
    for (const token of links) expect(await post(rig, `/d/${token}`, { digits: '7878' })).toMatchObject({ statusCode: 429, headers: { 'retry-after': expect.stringMatching(/^3[56]\d\d$/) } });
  });

  test('twenty tries at the same moment are five tries', async () => {
    const reached = await reach(rig);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(rig, `/d/${reached.token}`, { digits: String(1000 + n) })));
    expect(answers.filter(({ statusCode }) => statusCode === 422)).toHaveLength(4);
    expect(await rig.desk.db.selectFrom('factor_try').select('id').where('person_id', '=', reached.person.personId).execute()).toHaveLength(5);
  });

  test('a link at which fifteen were wrong opens no more', async () => {
    const reached = await reach(rig);
    for (let hour = 0; hour < 3; hour += 1) {
      for (let n = 0; n < 5; n += 1) await post(rig, `/d/${reached.token}`, { digits: `000${n}` });
      await sql`update factor_try set at_wall = at_wall - interval '61 minutes' where person_id = ${reached.person.personId}`.execute(rig.desk.db);
    }
    expect(await post(rig, `/d/${reached.token}`, { digits: '7878' })).toMatchObject({ statusCode: 429, body: expect.stringContaining('este enlace quedó cerrado') });
  });

  test('neither what was typed nor a token lies in the database', async () => {
    const reached = await reach(rig);
    // So many that no hash or id holds them by chance.
    const typed = '963127450819';
    await post(rig, `/d/${reached.token}`, { digits: typed });
    const cookie = await passed(reached);
    const tables = await Promise.all((['link', 'factor_try', 'page_session', 'attempt', 'timeline_entry'] as const).map((table) => rig.desk.db.selectFrom(table).selectAll().execute()));
    const stored = JSON.stringify(tables);
    expect(stored).not.toContain(reached.token);
    expect(stored).not.toContain(cookie.split('=')[1]);
    expect(stored).not.toContain(typed);
    expect(stored).toContain('/d/***');
  });

  test('many requests of one address are slowed down', async () => {
    const from = caller();
    const statuses = await Promise.all(Array.from({ length: 40 }, () => open(rig, `/d/${'y'.repeat(22)}`, { from })));
    expect(statuses.filter(({ statusCode }) => statusCode === 429).length).toBeGreaterThan(5);
  });
});

test('whoever tries many tokens that open nothing gets no page at all for a while, with the time to wait; others go on', async () => {
  const { token } = await reach(rig);
  const from = caller();
  for (let n = 0; n < 30; n += 1) await open(rig, `/${n % 2 === 0 ? 'd' : 's'}/${'z'.repeat(20)}${String(n).padStart(2, '0')}`, { from });
  const refused = await open(rig, `/d/${token}`, { from });
  expect(refused).toMatchObject({ statusCode: 429, body: expect.stringContaining('Espere un momento') });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(500);
  expect((await open(rig, `/d/${token}`)).statusCode).toBe(200);
});

describe('after it', () => {
  test("Chile's seven items stand there, the sentence about goods word for word, and the plan with what is paid", async () => {
    const reached = await reach(rig);
    await pay(rig.desk.ctx, reached.agreementId, 80_000);
    const { body } = await open(rig, `/d/${reached.token}`, { cookie: await passed(reached) });
    for (const said of [
      'Acreedor', 'Acme', 'C-9-004417', 'firmado el 1 de marzo de 2025', '10 de noviembre de 2025', '$65.407', '$290.814', 'de su cuota 1', 'venció el lunes 2 de marzo', 'Intereses', '$50.000', 'Intereses por mora', '$10.000',
      'Gastos de cobranza', '$8.814', 'Impuestos', '$2.000', 'Cómo pagar', 'Sus derechos', 'por escrito', 'Hablar con nosotros', 'Recibimos $80.000',
      'Esta gestión no es un procedimiento destinado a embargar sus bienes.', 'Si ya pagó, no considere este mensaje.',
    ]) expect(body).toContain(said);
    expect(body).not.toMatch(/<script|style=|undefined|null\b|href="#"/);
  });

  test('a settled agreement says thanks and asks for nothing', async () => {
    const reached = await reach(rig);
    await pay(rig.desk.ctx, reached.agreementId, 370_814);
    const { body } = await open(rig, `/d/${reached.token}`, { cookie: await passed(reached) });
    expect(body).toContain('está pagado por completo');
    expect(body).not.toMatch(/embargar|Cómo pagar|No registramos/);
  });

  test('the page with both style sheets is small enough for a slow line', async () => {
    const reached = await reach(rig);
    const page = await open(rig, `/d/${reached.token}`, { cookie: await passed(reached) });
    const sheets = await Promise.all([...page.body.matchAll(/href="(\/assets\/[^"]+)"/g)].map(([, href]) => open(rig, href ?? '')));
    expect(page.rawPayload.length + sheets.reduce((sum, sheet) => sum + sheet.rawPayload.length, 0)).toBeLessThan(50_000);
  });

  test('closing the page ends the session, and it ends by itself', async () => {
    const reached = await reach(rig);
    const cookie = await passed(reached);
    const left = await post(rig, `/d/${reached.token}`, { do: 'leave', ...hiddenOf(await open(rig, `/d/${reached.token}`, { cookie })) }, { cookie });
    expect(String(left.headers['set-cookie'])).toContain('pacto_d=; ');
    expect((await open(rig, `/d/${reached.token}`, { cookie })).body).not.toContain('Zulema');
    const again = await passed(reached);
    await sql`update page_session set until_wall = clock_timestamp() - interval '1 second'`.execute(rig.desk.db);
    expect((await open(rig, `/d/${reached.token}`, { cookie: again })).body).not.toContain('Zulema');
  });
});

test('whoever is not the person says so once, and nothing goes to that phone any more', async () => {
  const reached = await reach(rig);
  const answer = await post(rig, `/d/${reached.token}`, { do: 'notMe' });
  expect(answer.body).toContain('Gracias por avisarnos');
  expect((await post(rig, `/d/${reached.token}`, { do: 'notMe' })).statusCode).toBe(200);
  const consents = await rig.desk.db.selectFrom('consent').selectAll().where('contact_point_id', '=', reached.person.phoneId).where('state', '=', 'denied').execute();
  expect(consents.map(({ channel }) => channel).toSorted()).toEqual(['call', 'sms']);
  expect(consents[0]?.evidence).toMatchObject({ how: 'notMe', by: 'debtor', source: 'optOut' });
});

test('the links of a person who was erased open nothing, whoever holds a cookie or a code', async () => {
  const { desk: { db, ctx } } = rig;
  const reached = await reach(rig, { channel: 'email' });
  await post(rig, `/d/${reached.token}`, { digits: '0000' });
  const cookie = await passed(reached);
  const [link] = await db.selectFrom('link').select('id').where('person_id', '=', reached.person.personId).where('kind', '=', 'debtor').execute();
  await db.transaction().execute((trx) => insertCode(trx, randomUUID(), link?.id ?? '', hashCode(link?.id ?? '', '123456'), DAY));
  await pay(ctx, reached.agreementId, 370_814);
  expect((await open(rig, `/d/${reached.token}`, { cookie })).body).toContain('Zulema');
  await erasePerson(ctx, ADMIN, reached.person.personId, erasureBody.parse({}));
  expect(await open(rig, `/d/${reached.token}`, { cookie })).toMatchObject({ statusCode: 404, body: expect.stringContaining('No encontramos esta página') });
  expect((await post(rig, `/d/${reached.token}`, { code: '123456' })).statusCode).toBe(404);
  expect((await open(rig, `/u/${reached.unsubscribe}`)).statusCode).toBe(404);
  for (const table of ['page_session', 'factor_code'] as const) expect(await db.selectFrom(table).select('link_id').where('link_id', '=', link?.id ?? '').execute()).toEqual([]);
  const tries = await db.selectFrom('factor_try').select('passed').where('person_id', '=', reached.person.personId).orderBy('id').execute();
  expect(tries.map(({ passed: right }) => right)).toEqual([false, true]);
});
