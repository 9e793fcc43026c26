/** What a debtor does on the page, through HTTP and PostgreSQL: once, within the limits, and to nobody else. */
import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactPointsOf } from '../../src/db/contact-points.ts';
import { readDisputeFile } from '../../src/register/debtor/dispute.ts';
import { erasePerson, erasureBody } from '../../src/register/person-erasure.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { contentOf } from '../http/api.ts';
import { ADMIN } from '../register/ledger.ts';
import { at, pay, seedAgent, seedPerson } from '../register/seed.ts';
import { MISSED_AT } from '../sending/desk.ts';
import { cookieOf, hiddenOf, open, openRig, post, reach, type ReachOptions, type Reached, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  await seedAgent(rig.desk.db, 'g1');
});
afterAll(() => rig.close());

interface Inside extends Reached {
  readonly cookie: string;
}

async function inside(options: ReachOptions = {}): Promise<Inside> {
  const reached = await reach(rig, options);
  return { ...reached, cookie: cookieOf(await post(rig, `/d/${reached.token}`, { digits: '7878' })) };
}

const see = ({ token, cookie }: Inside, page = ''): Promise<LightMyRequestResponse> => open(rig, `/d/${token}${page}`, { cookie });

/** Fills in the form of a page as it is shown and sends it. */
async function send(who: Inside, page: string, fields: Record<string, string>): Promise<LightMyRequestResponse> {
  return post(rig, `/d/${who.token}${page}`, { ...hiddenOf(await see(who, page)), ...fields }, { cookie: who.cookie });
}

async function eventsOf({ agreementId }: Reached, kind: string): Promise<Record<string, unknown>[]> {
  return (await rig.desk.events(agreementId)).filter((event) => event.kind === kind).map((event) => ({ ...event }));
}

/** A form with a file, as a browser sends it. */
async function sendFile(who: Inside, fields: Record<string, string>, file: { name: string; bytes: Buffer }): Promise<LightMyRequestResponse> {
  const mark = `mark${randomUUID()}`;
  const texts = Object.entries({ ...hiddenOf(await see(who, '/dispute')), ...fields }).map(([name, value]) => `--${mark}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const payload = Buffer.concat([
    Buffer.from(`${texts.join('')}--${mark}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: application/pdf\r\n\r\n`), file.bytes, Buffer.from(`\r\n--${mark}--\r\n`),
  ]);
  return rig.app.inject({ method: 'POST', url: `/d/${who.token}/dispute`, payload, headers: { 'content-type': `multipart/form-data; boundary=${mark}`, cookie: who.cookie } });
}

describe('a date', () => {
  test('is promised once for what is due, however often the form is sent; the page says so', async () => {
    const who = await inside();
    const form = await see(who, '/date');
    expect(form.body).toContain('Entre el jueves 5 de marzo y el domingo 5 de abril.');
    const fields = { ...hiddenOf(form), dueOn: 'other', otherOn: '2026-03-13' };
    const answers = await Promise.all([1, 2, 3].map(() => post(rig, `/d/${who.token}/date`, fields, { cookie: who.cookie })));
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers.location])).toEqual(Array.from({ length: 3 }, () => [303, `/d/${who.token}/date?done=promised`]));
    expect(await eventsOf(who, 'promiseMade')).toMatchObject([{ amountMinor: 145_407, dueOn: '2026-03-13', channel: 'page' }]);
    expect(await rig.desk.db.selectFrom('promise').select(['taken_by', 'channel']).where('agreement_id', '=', who.agreementId).execute()).toEqual([{ taken_by: 'debtor', channel: 'page' }]);
    expect((await see(who, '/date?done=promised')).body).toMatch(/Anotamos su fecha[\s\S]*\$145\.407 el viernes 13 de marzo/);
    expect((await see(who)).body).toContain('$145.407 para el viernes 13 de marzo');
    expect(await rig.desk.db.selectFrom('outbox').select('name').where('workflow_id', '=', `agreement/acme/A-${who.person.personId.slice(0, 8)}`).where(sql<boolean>`payload->>'kind' = 'promiseMade'`).execute()).toHaveLength(1);
  });

  test('beyond the limits is refused beside the field, and nothing is stored; after the last in a row the form gives way to a call', async () => {
    const who = await inside();
    for (const fields of [{}, { dueOn: 'other' }, { otherOn: '2026-04-06' }, { dueOn: '2026-03-04' }, { dueOn: 'tomorrow' }, { otherOn: '2026-02-30' }]) {
      const answer = await send(who, '/date', fields);
      expect(answer.statusCode).toBe(422);
      expect(answer.body).toMatch(/id="date-e" role="alert"[\s\S]*jueves 5 de marzo y el domingo 5 de abril/);
    }
    expect(await eventsOf(who, 'promiseMade')).toEqual([]);
    await send(who, '/date', { dueOn: '2026-03-12', what: 'all' });
    await send(who, '/date', { dueOn: '2026-03-13' });
    expect((await eventsOf(who, 'promiseMade')).map((one) => one['amountMinor'])).toEqual([370_814, 145_407]);
    const full = await see(who, '/date');
    expect(full.body).toContain('Ya comprometió las fechas');
    expect(full.body).not.toContain('name="dueOn"');
    expect((await send(who, '/date', { csrf: hiddenOf(await see(who)).csrf, once: randomUUID(), dueOn: '2026-03-14' })).statusCode).toBe(200);
    expect(await eventsOf(who, 'promiseMade')).toHaveLength(2);
  });
});

describe('a call', () => {
  const HOURS = /value="(\d{13}\.\d{13})"/g;

  test('is booked into a free lawful slot, moved and called off', async () => {
    const who = await inside();
    await grantCalls(who);
    const slots = [...(await see(who, '/call')).body.matchAll(HOURS)].map(([, slot]) => slot ?? '');
    expect(slots.length).toBeGreaterThan(4);
    expect((await send(who, '/call', { do: 'book', slot: slots[2] ?? '' })).headers.location).toBe(`/d/${who.token}/call?done=booked`);
    expect((await see(who, '/call?done=booked')).body).toContain('Le llamaremos el');
    await send(who, '/call', { do: 'book', slot: slots[4] ?? '' });
    const rows = await rig.desk.db.selectFrom('callback').select(['state', 'from_at']).where('agreement_id', '=', who.agreementId).orderBy('booked_at').orderBy('seq').execute();
    expect(rows).toEqual([{ state: 'cancelled', from_at: Number(slots[2]?.split('.')[0]) }, { state: 'booked', from_at: Number(slots[4]?.split('.')[0]) }]);
    await send(who, '/call', { do: 'off' });
    expect((await see(who, '/call?done=off')).body).toContain('Llamada cancelada');
    expect((await eventsOf(who, 'callbackClosed')).map((one) => one['result'])).toEqual(['cancelled', 'cancelled']);
  });

  test('at an hour that is taken, unlawful or no slot at all is refused beside the field; a booked call stays when its move fails', async () => {
    const [who, other] = [await inside(), await inside()];
    await grantCalls(who);
    await grantCalls(other);
    const [first, second] = [...(await see(who, '/call')).body.matchAll(HOURS)].map(([, slot]) => slot ?? '');
    await send(other, '/call', { do: 'book', slot: second ?? '' });
    await send(who, '/call', { do: 'book', slot: first ?? '' });
    const night = at('2026-03-06', 22);
    for (const slot of [second ?? '', `${night}.${night + 1_800_000}`, `${at('2026-03-06', 10, 7)}.${at('2026-03-06', 12)}`, 'x']) {
      expect(await send(who, '/call', { do: 'book', slot })).toMatchObject({ statusCode: 422, body: expect.stringContaining('id="slot-e" role="alert"') });
    }
    const rows = await rig.desk.db.selectFrom('callback').select(['state', 'from_at']).where('agreement_id', '=', who.agreementId).execute();
    expect(rows).toEqual([{ state: 'booked', from_at: Number(first?.split('.')[0]) }]);
  });

  async function grantCalls({ person }: Reached): Promise<void> {
    await sql`insert into consent (id, contact_point_id, channel, state, evidence, at, seq) values (${randomUUID()}, ${person.phoneId}, 'call', 'granted', '{}', to_timestamp(0), 0)`.execute(rig.desk.db);
  }
});

describe('a dispute', () => {
  const PDF = Buffer.from('%PDF-1.7 a proof of Zulema');

  test('comes with words and a file that lies in the database, that only who works on it reads, and that goes with the person', async () => {
    const who = await inside();
    const answer = await sendFile(who, { reason: 'paid', text: 'Pagué el lunes\r\nen la sucursal.' }, { name: 'zulema.pdf', bytes: PDF });
    expect(answer).toMatchObject({ statusCode: 303, headers: { location: `/d/${who.token}/dispute?done=disputed` } });
    const dispute = await rig.desk.db.selectFrom('dispute').selectAll().where('agreement_id', '=', who.agreementId).executeTakeFirstOrThrow();
    expect(dispute).toMatchObject({ reason: 'paid', text: 'Pagué el lunes\nen la sucursal.' });
    expect(await readDisputeFile(rig.desk.ctx, ADMIN, who.agreementId, dispute.id)).toEqual({ mediaType: 'application/pdf', bytes: PDF });
    await expect(readDisputeFile(rig.desk.ctx, { id: 'k', role: 'creditor', creditorId: 'other' }, who.agreementId, dispute.id)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(readDisputeFile(rig.desk.ctx, ADMIN, (await inside()).agreementId, dispute.id)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect((await see(who, '/dispute')).body).toContain('Recibimos su reclamo');
    expect((await see(who)).body).toContain('Estamos revisando su reclamo');
    expect(JSON.stringify(await readTimeline(rig.desk.db, who.agreementId))).not.toMatch(/sucursal|zulema/i);
    await erasePerson(rig.desk.ctx, ADMIN, who.person.personId, erasureBody.parse({ cancelOpen: true, reason: 'order' }));
    await expect(readDisputeFile(rig.desk.ctx, ADMIN, who.agreementId, dispute.id)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await rig.desk.db.selectFrom('dispute_file').select('dispute_id').where('dispute_id', '=', dispute.id).execute()).toEqual([]);
  });

  test.each([
    ['without a reason', {}, null, 'reason-e'], ['of another kind without words', { reason: 'other', text: ' ' }, null, 'text-e'], ['with words too long', { reason: 'paid', text: 'x'.repeat(2_001) }, null, 'text-e'],
    ['with a program as a file', { reason: 'paid' }, Buffer.from('MZ\u0000 %PDF-'), 'file-e'], ['with a file too large', { reason: 'paid' }, Buffer.concat([PDF, Buffer.alloc(5_000_000)]), 'file-e'],
  ])('%s is refused beside the field, and nothing is stored', async (_name, fields, bytes, error) => {
    const who = await inside();
    const answer = bytes === null ? await send(who, '/dispute', fields) : await sendFile(who, fields, { name: 'a.pdf', bytes });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(`id="${error}" role="alert"`);
    expect(await rig.desk.db.selectFrom('dispute').select('id').where('agreement_id', '=', who.agreementId).execute()).toEqual([]);
  });

  test('while one is open no second is opened, nor by two forms at once', async () => {
    const who = await inside();
    const form = hiddenOf(await see(who, '/dispute'));
    await Promise.all([form.once, randomUUID(), form.once].map((once) => post(rig, `/d/${who.token}/dispute`, { csrf: form.csrf, once, reason: 'amount' }, { cookie: who.cookie })));
    expect(await eventsOf(who, 'disputed')).toHaveLength(1);
  });
});

describe('contact', () => {
  test('a channel is silenced, then everything; the evidence holds what was shown, and no address', async () => {
    const who = await inside();
    expect((await see(who, '/contact')).body).toContain('••• 4567');
    expect((await send(who, '/contact', { stop: 'sms' })).headers.location).toBe(`/d/${who.token}/contact?done=stopped`);
    const [phone] = await contactPointsOf(rig.desk.db, who.person.personId);
    expect(phone?.consent.sms).toBe('denied');
    expect(await eventsOf(who, 'optedOut')).toMatchObject([{ scope: 'sms' }]);
    await send(who, '/contact', { stop: 'all' });
    const states = (await contactPointsOf(rig.desk.db, who.person.personId)).flatMap(({ channels, consent }) => channels.map((channel) => consent[channel]));
    expect(states).toEqual(['denied', 'denied', 'denied']);
    const evidence = await rig.desk.db.selectFrom('consent').select('evidence').where('state', '=', 'denied').where('contact_point_id', '=', who.person.phoneId).execute();
    expect(evidence[0]?.evidence).toMatchObject({ how: 'page', by: 'debtor', shown: 'No quiero mensajes de texto' });
    expect(JSON.stringify(evidence)).not.toContain('4567');
    expect((await send(who, '/contact', { ...hiddenOf(await see(who)), stop: 'carrier' })).statusCode).toBe(200);
  });
});

test('receipts show what was paid and what was taken back', async () => {
  const who = await inside();
  expect((await see(who, '/receipts')).body).toContain('Todavía no registramos pagos');
  await pay(rig.desk.ctx, who.agreementId, 80_000);
  await pay(rig.desk.ctx, who.agreementId, 1_000);
  await sql`update payment set reversed_at = paid_at, reversal_external_id = 'R', reversal_seq = 99 where agreement_id = ${who.agreementId} and amount_minor = 1000`.execute(rig.desk.db);
  const { body } = await see(who, '/receipts');
  expect(body).toMatch(/\$80\.000[\s\S]*5 de marzo de 2026|5 de marzo de 2026[\s\S]*\$80\.000/);
  expect(body).toContain('Devuelto o anulado el 5 de marzo de 2026: no cuenta.');
});

describe('nobody else', () => {
  test("the page shows and changes what this person owes at this creditor, and none of another's, whatever the address or the form names", async () => {
    const [who, stranger] = [await inside(), await inside()];
    const own = await rig.desk.agreement(who.person, { externalId: 'OWN-2' });
    const elsewhere = await seedPerson(rig.desk.db, { creditorId: 'beta', identityId: who.person.identityId });
    await rig.desk.agreement(elsewhere, { externalId: 'BETA-1' });
    const { body } = await see(who);
    expect(body).toContain('OWN-2');
    expect(body).not.toMatch(/BETA-1/);
    const key = /href="\/d\/[^"]*\?a=([0-9a-f]{16})"/.exec(body)?.[1] ?? '';
    expect((await see(who, `?a=${key}`)).body).toContain('$90.000');
    const before = await rig.desk.events(stranger.agreementId);
    for (const named of [stranger.agreementId, own.slice(0, 16), `A-${stranger.person.personId.slice(0, 8)}`, key.replace(/.$/, 'x'), '__proto__', '0']) {
      const page = await see(who, `/date?a=${named}`);
      expect(page.body).not.toContain(stranger.agreementId);
      await post(rig, `/d/${who.token}/date?a=${named}`, { ...hiddenOf(page), dueOn: '2026-03-13', agreement: stranger.agreementId, agreementId: stranger.agreementId, a: stranger.agreementId }, { cookie: who.cookie });
      await post(rig, `/d/${who.token}/dispute?a=${named}`, { ...hiddenOf(page), once: randomUUID(), reason: 'paid', agreementId: stranger.agreementId }, { cookie: who.cookie });
    }
    expect(await rig.desk.events(stranger.agreementId)).toEqual(before);
    await send(who, `/date?a=${key}`, { dueOn: '2026-03-13' });
    expect((await rig.desk.events(own)).filter(({ kind }) => kind === 'promiseMade')).toHaveLength(1);
  });

  test('a key of the page of another link names nothing here', async () => {
    const [who, other] = [await inside(), await inside()];
    for (const one of [who, other]) await rig.desk.agreement(one.person, { externalId: `S-${one.person.personId.slice(0, 8)}` });
    const key = /\?a=([0-9a-f]{16})/.exec((await see(other)).body)?.[1] ?? '';
    expect((await see(who, `?a=${key}`)).body).toContain('No registramos el pago completo de su cuota 1');
    expect((await see(who, `?a=${key}`)).body).not.toContain(`S-${other.person.personId.slice(0, 8)}`);
  });

  test('an agreement that went over to another person opens no page any more', async () => {
    const [who, other] = [await inside(), await inside()];
    await rig.desk.db.updateTable('agreement').set({ person_id: other.person.personId, identity_id: other.person.identityId }).where('id', '=', who.agreementId).execute();
    expect(await see(who)).toMatchObject({ statusCode: 404, body: expect.not.stringContaining('Zulema') });
    expect((await see(who, '/date')).statusCode).toBe(404);
  });

  test('a form without the key of the session, or after its end, changes nothing', async () => {
    const [who, other] = [await inside(), await inside()];
    const before = await contentOf(rig.desk.db);
    const { csrf } = hiddenOf(await see(other));
    const once = randomUUID();
    for (const fields of [{ once, dueOn: '2026-03-13' }, { csrf, once, dueOn: '2026-03-13' }, { csrf: '', once, reason: 'paid' }]) {
      for (const page of ['/date', '/call', '/dispute', '/contact', '']) {
        const answer = await post(rig, `/d/${who.token}${page}`, { ...fields, stop: 'all', do: page === '' ? 'leave' : 'book' }, { cookie: who.cookie });
        expect(answer).toMatchObject({ statusCode: 422, body: expect.stringContaining('no guardamos nada') });
      }
    }
    for (const page of ['/date', '/contact']) {
      expect(await post(rig, `/d/${who.token}${page}`, { ...hiddenOf(await see(who, page)), stop: 'all', dueOn: '2026-03-13' })).toMatchObject({ statusCode: 303, headers: { location: `/d/${who.token}` } });
    }
    expect(await contentOf(rig.desk.db)).toEqual(before);
  });

  test('looking at any page changes nothing', async () => {
    const who = await inside();
    const before = await contentOf(rig.desk.db);
    for (const page of ['', '/date', '/call', '/dispute', '/contact', '/receipts', '/plan', '/date?done=promised', '/contact?stop=all&do=off&done=stopped']) expect((await see(who, page)).statusCode).toBe(200);
    expect(await contentOf(rig.desk.db)).toEqual(before);
    rig.desk.clock.set(MISSED_AT);
  });
});
