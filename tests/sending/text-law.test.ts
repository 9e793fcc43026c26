import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContentRule, PolicySet } from '../../src/contact-law/policy.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { instant, json } from '../../src/db/columns.ts';
import type { CreditorSettings } from '../../src/db/database.ts';
import { insertTemplate } from '../../src/db/templates.ts';
import { instantOf } from '../../src/domain/zone.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { shippedTemplates } from '../../src/text/shipped.ts';
import { ended, MISSED_AT, openDesk, type Desk } from './desk.ts';
import { at, seedPerson, type SeededPerson } from '../register/seed.ts';

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(async () => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  await desk.db.deleteFrom('template').where('published_by', '=', 'tester').execute();
});

const TELLS: CreditorSettings = {
  firm: 'Andes Servicios', payUrl: 'https://pagos.acme.example/ana',
  contact: { phone: '+52 55 2600 0000', address: 'Reforma 100', person: 'Carmen Rojas', creditorAddress: 'Central 1', creditorTaxId: '77.777.777-7' },
};

async function personOf(settings: CreditorSettings = TELLS, type: 'firstParty' | 'thirdParty' = 'thirdParty'): Promise<SeededPerson> {
  const creditorId = `c-${randomUUID()}`;
  const person = await seedPerson(desk.db, { creditorId, granted: ['email'] });
  await desk.db.updateTable('creditor').set({ settings: json(settings), type }).where('id', '=', creditorId).execute();
  // To whom is not confirmed neutral words would stand in for the text under test.
  await desk.db.updateTable('person').set({ confirmed_at: instant(0) }).where('id', '=', person.personId).execute();
  return person;
}

async function moveTo(person: SeededPerson, address: { country: string; region?: string; city?: string }, zone: string): Promise<void> {
  await desk.db.updateTable('person').set({ address: json(address), zone }).where('id', '=', person.personId).execute();
}

/** Another text of the installation's own for the step `missed`, past the check of publishing. */
async function slipIn(change: Record<string, unknown>): Promise<void> {
  const shipped = shippedTemplates().find(({ key, locale }) => key === 'missed' && locale === 'es-CL');
  if (shipped === undefined) throw new Error('there is no shipped text');
  await insertTemplate(desk.db, { ...shipped, version: 900, body: { ...shipped.body, ...change } }, 0, 'tester');
}

const mailed = (): string => desk.journal.map((one) => (one.channel === 'email' ? one.text : one.body)).join();

describe('a text that breaks a rule of the place does not leave, and the timeline names the rule and its source', () => {
  test('a word of a lawsuit in Chile', async () => {
    await slipIn({ subject: 'Evite una demanda' });
    const id = await desk.agreement(await personOf());
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'refused', events: [{ rules: ['text-forbidden', 'CL-mustnot'] }] });
    expect(desk.journal).toEqual([]);
    expect(await desk.attempts(id)).toMatchObject([{ state: 'rejected', reason: 'text-forbidden' }]);
    const entry = (await readTimeline(desk.db, id)).at(-1);
    expect(entry).toMatchObject({ kind: 'stepResult', outcome: 'refused', rules: ['text-forbidden', 'CL-mustnot'] });
    expect(entry?.text.es).toMatch(/habla de juicios .*\[LPDC 37\]/);
    expect(entry?.text.en).toMatch(/speaks of suits .*\[LPDC 37\]/);
  });

  test('a mandatory block that is missing', async () => {
    await slipIn({ mail: [{ text: 'No registramos el pago de {{ items | cuotas }}.' }, { block: 'stop' }] });
    const id = await desk.agreement(await personOf());
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'refused', events: [{ rules: ['text-forbidden', 'CL-must'] }] });
    expect((await readTimeline(desk.db, id)).at(-1)?.text.es).toContain('[LPDC 37 nos. 1-7]');
  });

  test('the law is that of where the person lives, not of where the agreement was made', async () => {
    await slipIn({ mail: [{ text: '¿Por qué no ha pagado su cuota?' }, { details: 'all' }, { block: 'stop' }] });
    const [stays, moved] = [await personOf(), await personOf()];
    await moveTo(moved, { country: 'CO' }, 'America/Bogota');
    expect(ended(await desk.deliver(await desk.agreement(stays))).result).toBe('sent');
    const id = await desk.agreement(moved);
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'refused', events: [{ rules: ['text-forbidden', 'CO-why'] }] });
    expect((await readTimeline(desk.db, id)).at(-1)?.text.es).toContain('[Ley 2300 art. 7]');
  });

  test('with the sentences of where they live: who collects for others says so in the United States, a creditor need not', async () => {
    desk.clock.set(instantOf('America/New_York', '2026-03-05', 12 * 60));
    const [collected, own] = [await personOf(), await personOf({ ...TELLS, firm: 'Acme' }, 'firstParty')];
    for (const person of [collected, own]) await moveTo(person, { country: 'US', region: 'NY', city: 'Albany' }, 'America/New_York');
    expect(ended(await desk.deliver(await desk.agreement(collected))).result).toBe('sent');
    expect(mailed()).toContain('empresa de cobro de deudas');
    expect(ended(await desk.deliver(await desk.agreement(own))).result).toBe('sent');
    const nameless = await personOf({});
    await moveTo(nameless, { country: 'US', region: 'NY', city: 'Albany' }, 'America/New_York');
    expect(ended(await desk.deliver(await desk.agreement(nameless)))).toMatchObject({ result: 'refused', events: [{ rules: ['text-forbidden', 'US-mini'] }] });
  });

  test('an overlay of the state and the date on which a rule comes into force count', async () => {
    const rule: ContentRule = { id: 'T-never', at: 'every', must: ['nobodySaysThis'], basis: 'law', cite: 'Ley T 1', confidence: 'A', says: { es: 'Falta.', en: 'Missing.' }, from: '2026-03-05' };
    const shipped = shippedPolicies('2026c');
    const policies: PolicySet = { ...shipped, profiles: { ...shipped.profiles, CL_T: { id: 'CL_T', version: '1', extends: ['CL'], place: { country: 'CL', state: ['Maule'] }, content: [rule] } } };
    const sendFrom = async (region: string): Promise<string> => {
      const person = await personOf();
      await moveTo(person, { country: 'CL', region }, 'America/Santiago');
      return ended(await desk.deliver(await desk.agreement(person), { policies })).result;
    };
    expect(await sendFrom('Maule')).toBe('refused');
    expect(await sendFrom('Biobío')).toBe('sent');
    const later: PolicySet = { ...policies, profiles: { ...policies.profiles, CL_T: { id: 'CL_T', version: '2', extends: ['CL'], place: { country: 'CL', state: ['Maule'] }, content: [{ ...rule, from: '2026-03-06' }] } } };
    const person = await personOf();
    await moveTo(person, { country: 'CL', region: 'Maule' }, 'America/Santiago');
    expect(ended(await desk.deliver(await desk.agreement(person), { policies: later })).result).toBe('sent');
  });
});

describe('where one pays', () => {
  test('in Mexico a collector names no place to pay but the creditor; elsewhere, and a creditor for itself, the creditor\'s page', async () => {
    desk.clock.set(at('2026-03-05', 15));
    const [collected, own, chilean] = [await personOf(), await personOf({ ...TELLS, firm: 'Acme' }, 'firstParty'), await personOf()];
    for (const person of [collected, own]) await moveTo(person, { country: 'MX' }, 'America/Mexico_City');
    expect(ended(await desk.deliver(await desk.agreement(collected))).result).toBe('sent');
    expect(mailed()).toContain('Formas de pago: directamente en Acme.');
    expect(mailed()).not.toContain('pagos.acme.example');
    for (const person of [own, chilean]) {
      desk.journal.length = 0;
      expect(ended(await desk.deliver(await desk.agreement(person))).result).toBe('sent');
      expect(mailed()).toContain('Formas de pago: en https://pagos.acme.example/ana o directamente en Acme.');
    }
  });
});
