import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { templateFor } from '../../src/db/templates.ts';
import { publishShipped } from '../../src/register/publish.ts';
import { call, startApi, type TestApi } from './api.ts';

interface TemplatePage {
  readonly items: readonly { readonly locale: string; readonly version: number }[];
  readonly nextCursor: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

function file(key: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    key, locale: 'es-CL', sms: 'Hola {{ firstName }}, {{ firm }} por {{ creditorName }}: {{ link }} [[notSeizure]] [[optOutHowTo]]', subject: 'Sobre su acuerdo',
    mail: [{ text: 'No registramos el pago de {{ items | cuotas }}.' }, { details: 'all' }, { block: 'stop' }], ...change,
  };
}

const publish = (body: unknown, key: keyof TestApi['keys'] = 'supervisor') => call(api, 'POST', '/v1/templates', { key, body });

describe('publishing', () => {
  test('gives the next version; the same again changes nothing; a change gives another', async () => {
    const first = await publish(file('own-one'));
    expect(first.statusCode).toBe(201);
    expect(first.json()).toMatchObject({ key: 'own-one', locale: 'es-CL', version: 1, kind: 'message', purpose: 'collection' });
    expect(await publish(file('own-one'))).toMatchObject({ statusCode: 200 });
    const second = await publish(file('own-one', { subject: 'Su acuerdo' }));
    expect([second.statusCode, second.json<{ version: number }>().version]).toEqual([201, 2]);
    expect((await call(api, 'GET', '/v1/templates/own-one?locale=es-CL&version=1')).json()).toMatchObject({ version: 1, body: { subject: 'Sobre su acuerdo' } });
  });

  test('an edited version is refused: a published text never changes', async () => {
    await publish(file('own-two'));
    const edited = await publish(file('own-two', { version: 1, subject: 'Otra cosa' }));
    expect(edited.statusCode).toBe(422);
    expect(edited.json()).toMatchObject({ code: 'ERR_TEMPLATE', errors: [{ path: 'version' }] });
    const shipped = await publish(file('missed', { version: 2 }));
    expect(shipped.json()).toMatchObject({ code: 'ERR_TEMPLATE', detail: expect.stringContaining('missed (es-CL)') });
    expect((await call(api, 'GET', '/v1/templates/own-two')).json()).toMatchObject({ version: 1, body: { subject: 'Sobre su acuerdo' } });
  });

  test('two people at the same moment get two versions', async () => {
    const answers = await Promise.all(['uno', 'dos', 'tres'].map((subject) => publish(file('own-three', { subject }))));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201]);
    expect(answers.map((one) => one.json<{ version: number }>().version).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  test('what a law forbids is refused with the rule and its source, and nothing is stored', async () => {
    const suit = await publish(file('own-four', { subject: 'Evite una demanda' }));
    expect(suit.statusCode).toBe(422);
    expect(suit.json()).toMatchObject({ code: 'ERR_TEMPLATE', detail: expect.stringMatching(/CL-mustnot \(LPDC 37\)/), errors: expect.arrayContaining([{ path: 'subject', message: expect.stringContaining('demanda') }]) });
    const reason = await publish(file('own-four', { locale: 'es-CO', mail: [{ text: '¿Cuál es el motivo de su mora?' }, { details: 'all' }] }));
    expect(reason.json()).toMatchObject({ detail: expect.stringMatching(/CO-why \(Ley 2300/) });
    const missing = await publish(file('own-four', { mail: [{ text: 'Hola' }] }));
    expect(missing.json<{ errors: { message: string }[] }>().errors.map(({ message }) => message).join()).toMatch(/CL-must .*notSeizure is missing/);
    expect((await call(api, 'GET', '/v1/templates/own-four')).statusCode).toBe(404);
  });

  test.each([
    ['es-MX', { mail: [{ text: 'Deposite en nuestra cuenta' }, { details: 'all' }] }, /MX-not \(CONDUSEF 2014\)/], ['es-PE', { subject: 'Citación judicial' }, /PE-not \(Ley 29571/],
    ['es-AR', { subject: 'Último aviso' }, /AR-not \(Ley 24\.240/], ['es-ES', { subject: 'Último aviso' }, /ES-not \(Dir\. \(EU\) 2021\/2167/],
    ['es', { mail: [{ text: '¿Por qué no ha pagado?' }, { details: 'all' }] }, /CO-why \(Ley 2300/],
    ['pt-BR', { mail: [{ details: ['creditor'] }, { block: 'stop' }] }, /BR-must \(CDC 42-A\)/], ['en', { subject: 'Final notice' }, /UK-not \(CONC/],
    ['en', { mail: [{ details: ['creditor'] }, { block: 'stop' }] }, /US-mini \(12 CFR 1006\.18\(e\)\)/],
  ])('in %s the profiles of its countries decide: %j', async (locale, change, said) => {
    const refused = await publish(file('own-places', { locale, ...change }));
    expect([refused.statusCode, refused.json<{ detail: string }>().detail]).toEqual([422, expect.stringMatching(said)]);
    expect((await call(api, 'GET', `/v1/templates?key=own-places`)).json<TemplatePage>().items).toEqual([]);
  });

  test('a text that cannot be rendered, or has fields that nobody knows, is refused', async () => {
    expect((await publish(file('own-five', { sms: '{{ nobody }} {{ link }} [[optOutHowTo]]' }))).json()).toMatchObject({ code: 'ERR_TEMPLATE', errors: [{ path: 'sms' }] });
    expect((await publish(file('own-five', { colour: 'red' }))).json()).toMatchObject({ code: 'ERR_TEMPLATE' });
    expect((await publish(file('own-five', { sms: 'palabra '.repeat(60) }))).json()).toMatchObject({ code: 'ERR_TEMPLATE', detail: expect.stringContaining('segments') });
  });

  test('a call script is a template too; its fixed sentence cannot be reworded', async () => {
    const script = { key: 'own-script', locale: 'es-CO', kind: 'script', lines: [{ id: 'hello', say: 'Buenos días, ¿hablo con {{ firstName }}?' }, { id: 'goods', block: 'notSeizure' }] };
    expect((await publish(script)).json()).toMatchObject({ kind: 'script', version: 1 });
    expect((await publish({ ...script, lines: [{ id: 'goods', block: 'notSeizure', say: 'No le quitaremos nada' }] })).json()).toMatchObject({ code: 'ERR_TEMPLATE', errors: [{ path: 'lines.0.say' }] });
    expect((await publish({ ...script, lines: [{ id: 'why', say: '¿Por qué no pagó?' }] })).json()).toMatchObject({ detail: expect.stringContaining('CO-why') });
  });
});

test('supervisors publish, staff reads, creditors and keys of one creditor do neither', async () => {
  for (const key of ['agent', 'system', 'lawyer'] as const) expect((await publish(file('own-six'), key)).statusCode).toBe(403);
  expect((await publish(file('own-six'), 'admin')).statusCode).toBe(201);
  expect((await call(api, 'GET', '/v1/templates', { key: 'agent' })).statusCode).toBe(200);
  expect((await call(api, 'GET', '/v1/templates', { key: 'creditor' })).statusCode).toBe(403);
  expect((await call(api, 'GET', '/v1/templates', { key: null })).statusCode).toBe(401);
});

test('the list goes through every version once, page by page', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: TemplatePage = (await call(api, 'GET', `/v1/templates?key=missed&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)).json();
    seen.push(...page.items.map(({ locale, version }) => `${locale} ${version}`));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen.map((one) => one.split(' ')[0])).toEqual(['en', 'es', 'es-CL', 'es-CO', 'es-MX', 'es-PE', 'pt-BR']);
  expect((await call(api, 'GET', '/v1/templates?cursor=nonsense')).statusCode).toBe(400);
});

test('a text of the installation\'s own stays in force over what a release brings, and a language stands in for its countries', async () => {
  await publish(file('missed', { subject: 'Nuestro propio texto' }));
  await publishShipped(api.ctx);
  expect((await templateFor(api.db, 'missed', 'es-CL'))?.body['subject']).toBe('Nuestro propio texto');
  expect((await templateFor(api.db, 'missed', 'es-AR'))?.locale).toBe('es');
  expect((await templateFor(api.db, 'missed', 'pt-PT'))?.locale).toBe('pt-BR');
  expect((await templateFor(api.db, 'missed', 'en-CL'))?.locale).toBe('en');
  expect(await templateFor(api.db, 'missed', 'fr-FR')).toBeUndefined();
});
