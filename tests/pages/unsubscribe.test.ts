import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { CL } from '../../src/contact-law/profiles/cl.ts';
import { CO } from '../../src/contact-law/profiles/co.ts';
import { US } from '../../src/contact-law/profiles/us.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { contentOf } from '../http/api.ts';
import { MISSED_AT } from '../sending/desk.ts';
import { BASE, caller, open, openRig, post, reach, type Reached, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

async function mailed(): Promise<Reached & { readonly unsubscribe: string }> {
  const reached = await reach(rig, { channel: 'email' });
  if (reached.unsubscribe === null) throw new Error('the mail has no List-Unsubscribe');
  return { ...reached, unsubscribe: reached.unsubscribe };
}

function denied(reached: Reached) {
  return rig.desk.db.selectFrom('consent').selectAll().where('contact_point_id', '=', reached.person.emailId).where('state', '=', 'denied').execute();
}

test('every mail carries one https address of its own for the one click, the same that its text shows', async () => {
  const [one, other] = [await mailed(), await mailed()];
  expect(one.unsubscribe).not.toBe(other.unsubscribe);
  const mail = rig.desk.journal.at(-1);
  expect(mail).toMatchObject({ channel: 'email', listUnsubscribe: { url: `${BASE}/u/${other.unsubscribe}` } });
  expect(mail?.channel === 'email' ? mail.text : '').toContain(`${BASE}/u/${other.unsubscribe}`);
  expect(JSON.stringify(await rig.desk.db.selectFrom('link').selectAll().execute())).not.toContain(one.unsubscribe);
});

test('looking never unsubscribes, also not with parameters or by HEAD', async () => {
  const reached = await mailed();
  const before = await contentOf(rig.desk.db);
  const page = await open(rig, `/u/${reached.unsubscribe}`);
  expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining('¿No quiere recibir más correos?') });
  expect(page.body).not.toMatch(/Zulema|ana@|<script|style=/);
  expect(page.headers['set-cookie']).toBeUndefined();
  await open(rig, `/u/${reached.unsubscribe}?List-Unsubscribe=One-Click`);
  await rig.app.inject({ method: 'HEAD', url: `/u/${reached.unsubscribe}`, remoteAddress: caller() });
  expect(await contentOf(rig.desk.db)).toEqual(before);
});

test('the button stops the mails to this address, with the evidence of what was shown; a second click changes nothing', async () => {
  const reached = await mailed();
  const first = await post(rig, `/u/${reached.unsubscribe}`, { stop: 'email' });
  expect(first).toMatchObject({ statusCode: 200, body: expect.stringContaining('no le enviaremos más correos') });
  const before = await contentOf(rig.desk.db);
  const clicks = await Promise.all([1, 2, 3].map(() => post(rig, `/u/${reached.unsubscribe}`, { stop: 'email' })));
  expect(clicks.every(({ statusCode, body }) => statusCode === 200 && body.includes('no le enviaremos más correos'))).toBe(true);
  expect(await contentOf(rig.desk.db)).toEqual(before);
  expect((await open(rig, `/u/${reached.unsubscribe}`)).body).toContain('no le enviaremos más correos');
  const [consent, ...more] = await denied(reached);
  expect(more).toEqual([]);
  expect(consent).toMatchObject({ channel: 'email', evidence: { by: 'debtor', how: 'page', shown: expect.stringContaining('No quiero más correos') } });
  const kinds = (await readTimeline(rig.desk.db, reached.agreementId)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'optedOut')).toHaveLength(1);
});

test.each(['urlencoded', 'multipart'])('the one click of a mail program, %s, needs no page, no cookie and no login', async (form) => {
  const reached = await mailed();
  const answer = form === 'urlencoded' ? await post(rig, `/u/${reached.unsubscribe}`, { 'List-Unsubscribe': 'One-Click' }) : await rig.app.inject({
    method: 'POST', url: `/u/${reached.unsubscribe}`, remoteAddress: caller(), headers: { 'content-type': 'multipart/form-data; boundary=x' },
    payload: '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  });
  expect(answer.statusCode).toBe(200);
  expect(await denied(reached)).toMatchObject([{ evidence: { how: 'oneClick', shown: 'List-Unsubscribe=One-Click' } }]);
});

test('two clicks at the same moment are one denial', async () => {
  const reached = await mailed();
  await Promise.all(Array.from({ length: 6 }, () => post(rig, `/u/${reached.unsubscribe}`, { 'List-Unsubscribe': 'One-Click' })));
  expect(await denied(reached)).toHaveLength(1);
});

test('other ways to reach the person stay as they were, and the next mail does not leave', async () => {
  const reached = await mailed();
  await post(rig, `/u/${reached.unsubscribe}`, { stop: 'email' });
  const others = await rig.desk.db.selectFrom('consent').selectAll().where('contact_point_id', '=', reached.person.phoneId).where('state', '=', 'denied').execute();
  expect(others).toEqual([]);
  rig.desk.clock.set(MISSED_AT + 5 * 86_400_000);
  const before = rig.desk.journal.length;
  await rig.desk.deliver(reached.agreementId).catch(() => undefined);
  expect(rig.desk.journal.length).toBe(before);
});

test.each([['CL', CL], ['CO', CO], ['US', US]] as const)('in %s the opt-out reaches as far as its profile says', async (country, policy) => {
  const reached = await mailed();
  const { db } = rig.desk;
  await db.updateTable('agreement').set({ country }).where('id', '=', reached.agreementId).execute();
  await sql`insert into contact_point (id, creditor_id, person_id, kind, value, channels, position) values (gen_random_uuid(), 'acme', ${reached.person.personId}::uuid, 'email', 'otra@example.org', '{email}', 3)`.execute(db);
  await post(rig, `/u/${reached.unsubscribe}`, { 'List-Unsubscribe': 'One-Click' });
  const denials = await db.selectFrom('consent').innerJoin('contact_point', 'contact_point.id', 'consent.contact_point_id').select(['contact_point.value', 'consent.channel'])
    .where('contact_point.person_id', '=', reached.person.personId).where('consent.state', '=', 'denied').execute();
  expect(denials.map(({ value, channel }) => `${channel} ${value}`).sort()).toEqual(policy.optOut?.[0]?.scope === 'channel' ? ['email ana@example.org', 'email otra@example.org'] : ['email ana@example.org']);
  expect((await open(rig, `/u/${reached.unsubscribe}`)).body).toContain('no le enviaremos más correos');
});

test('an address that was silent already does not hide that the channel is not: the page still offers to stop it', async () => {
  const reached = await mailed();
  const { db } = rig.desk;
  await post(rig, `/u/${reached.unsubscribe}`, { stop: 'email' });
  await sql`insert into contact_point (id, creditor_id, person_id, kind, value, channels, position) values (gen_random_uuid(), 'acme', ${reached.person.personId}::uuid, 'email', 'otra@example.org', '{email}', 3)`.execute(db);
  await db.updateTable('agreement').set({ country: 'CO' }).where('id', '=', reached.agreementId).execute();
  expect((await open(rig, `/u/${reached.unsubscribe}`)).body).toContain('¿No quiere recibir más correos?');
  await post(rig, `/u/${reached.unsubscribe}`, { stop: 'email' });
  expect((await open(rig, `/u/${reached.unsubscribe}`)).body).toContain('no le enviaremos más correos');
});

test('an unknown and an old token get a calm page and change nothing', async () => {
  const reached = await mailed();
  expect(await post(rig, `/u/${'z'.repeat(22)}`, { stop: 'email' })).toMatchObject({ statusCode: 404, body: expect.stringContaining('responda BAJA') });
  expect((await post(rig, `/u/${reached.token}`, { stop: 'email' })).statusCode).toBe(404);
  rig.desk.clock.set(MISSED_AT + 731 * 86_400_000);
  expect((await post(rig, `/u/${reached.unsubscribe}`, { stop: 'email' })).statusCode).toBe(410);
  expect(await denied(reached)).toEqual([]);
});

test('a mailbox provider that posts the clicks of many people from one address is not slowed down', async () => {
  const from = caller();
  const answers = await Promise.all(Array.from({ length: 60 }, () => post(rig, `/u/${'w'.repeat(22)}`, { 'List-Unsubscribe': 'One-Click' }, { from })));
  expect(answers.every(({ statusCode }) => statusCode === 404)).toBe(true);
});

test('many requests of one address are slowed down', async () => {
  const from = caller();
  const answers = await Promise.all(Array.from({ length: 40 }, () => open(rig, `/u/${'y'.repeat(22)}`, { from })));
  expect(answers.some(({ statusCode }) => statusCode === 429)).toBe(true);
});
