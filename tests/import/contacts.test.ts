/** Contacts that another system made: `pacto import contacts`. The law counts them from the first day, nobody takes them for ours. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { instant } from '../../src/db/columns.ts';
import { contactHistory } from '../../src/db/history.ts';
import { DAY, MINUTE } from '../../src/domain/zone.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { at, seedPerson, type SeededPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';
import { csv, importFile, type Cells } from './desk.ts';

let desk: Desk;
let person: SeededPerson;
let externalId: string;
let agreementId: string;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(async () => {
  desk.clock.set(MISSED_AT);
  person = await seedPerson(desk.db);
  agreementId = await desk.agreement(person);
  externalId = (await loadState(desk.db, agreementId)).row.external_id;
});

/** A call this morning, told of the agreement. */
const contact = (change: Cells = {}): Cells => ({ agreement: externalId, person: '', channel: 'call', at: '2026-03-05 09:10', kind: '', outcome: 'noAnswer', direction: '', purpose: '', external_id: '', note: 'contestó la vecina Rosa', ...change });
const contacts = (rows: readonly Cells[], given: { dryRun?: boolean } = {}) => importFile(desk.ctx, csv(rows), { kind: 'contacts', ...given });
const history = () => contactHistory(desk.db, [person.identityId], MISSED_AT - 30 * DAY);
const imported = () => desk.db.selectFrom('past_contact').selectAll().where('person_id', '=', person.personId).orderBy('seq').execute();

describe('an imported contact', () => {
  test('uses the quota of its day, for every creditor of the person', async () => {
    const there = await seedPerson(desk.db, { creditorId: 'otro', identityId: person.identityId });
    const elsewhere = await desk.agreement(there);
    expect((await contacts([contact()])).items).toEqual({ accepted: 1, rejected: 0, unchanged: 0 });
    for (const id of [agreementId, elsewhere]) {
      const outcome = ended(await desk.deliver(id));
      expect(outcome).toMatchObject({ result: 'deferred', events: [{ rules: expect.arrayContaining(['house-day']) }] });
    }
    desk.clock.set(MISSED_AT + DAY);
    expect(ended(await desk.deliver(agreementId)).result).toBe('sent');
  });

  test('stands in the timeline of its agreement as imported, without its note, and the chain holds', async () => {
    await contacts([contact()]);
    const entries = await readTimeline(desk.db, agreementId);
    expect(entries.at(-1)).toMatchObject({ kind: 'contactImported', channel: 'call', outcome: 'noAnswer', at: new Date(MISSED_AT).toISOString(), text: { es: 'Contacto anterior al seguimiento, importado: llamada del 2026-03-05.' } });
    expect(JSON.stringify(entries)).not.toContain('Rosa');
    expect(verifyChain(entries)).toEqual([]);
    expect(await imported()).toMatchObject([{ agreement_id: agreementId, note: 'contestó la vecina Rosa', imported_by: 'importer', conversation: false, direction: 'out', purpose: 'collection' }]);
  });

  test('told of the person alone stands in the timeline of each of their agreements at that creditor', async () => {
    const second = await desk.agreement(person);
    await contacts([contact({ agreement: '', person: person.personId, channel: 'letter', outcome: '' })]);
    for (const id of [agreementId, second]) expect((await readTimeline(desk.db, id)).map(({ kind }) => kind)).toEqual(['contactImported']);
    expect((await history()).map(({ debtId }) => debtId)).toEqual([undefined]);
  });

  test('is a conversation when somebody talked, and one of the person\'s own is no attempt of anybody', async () => {
    await contacts([contact({ outcome: 'promise' }), contact({ at: '2026-03-04T12:00:00-03:00', kind: 'conversation', outcome: '', direction: 'in', purpose: 'replyToDebtor' }), contact({ at: '2026-03-03 10:00', channel: 'whatsapp', outcome: '' })]);
    expect((await history()).map(({ kind, direction, channel, purpose }) => [channel, kind, direction, purpose])).toEqual([
      ['whatsapp', 'attempt', undefined, 'collection'], ['call', 'conversation', 'in', 'replyToDebtor'], ['call', 'conversation', undefined, 'collection'],
    ]);
  });

  test('moves with the person to the identity that their national id turns out to be', async () => {
    await contacts([contact()]);
    const { movePerson } = await import('../../src/db/persons.ts');
    const to = await seedPerson(desk.db, { creditorId: 'otro' });
    await desk.db.transaction().execute((trx) => movePerson(trx, person.personId, person.identityId, to.identityId));
    expect(await contactHistory(desk.db, [to.identityId], MISSED_AT - DAY)).toHaveLength(1);
  });
});

describe('the audit', () => {
  const look = () => audit(desk.ctx, { policies: shippedPolicies('2026c'), wallNow: () => Date.now() + 61_000, pause: () => Promise.resolve() });
  beforeEach(async () => {
    await desk.db.updateTable('outbox').set({ state: 'done' }).execute();
  });

  test('takes imported contacts neither for attempts nor for contacts of ours, nor for duplicates of them', async () => {
    const before = await look();
    await contacts([contact(), contact({ at: '2026-03-05 09:20' }), contact({ at: '2026-03-05 09:30', channel: 'sms', outcome: '' })]);
    await desk.db.updateTable('outbox').set({ state: 'done' }).execute();
    expect(await look()).toEqual(before);
  });

  test('counts them when it judges a message again: one that left in spite of the quota they used is unlawful; one that left before they were told is not', async () => {
    expect(ended(await desk.deliver(agreementId)).result).toBe('sent');
    await contacts([contact()]);
    expect((await look()).findings.filter((finding) => finding.agreementId === agreementId)).toEqual([]);
    await desk.db.updateTable('past_contact').set({ seq: 0 }).where('person_id', '=', person.personId).execute();
    expect((await look()).findings.filter((finding) => finding.agreementId === agreementId)).toEqual([{ counter: 'unlawful', agreementId, detail: expect.stringContaining('house-day') }]);
    await desk.db.updateTable('attempt').set({ touched_wall: instant(0), begun_at: instant(at('2026-03-06', 10)) }).where('person_id', '=', person.personId).execute();
    expect((await look()).findings.filter((finding) => finding.agreementId === agreementId)).toEqual([]);
  });
});

describe('a file of contacts', () => {
  test('again, the same or with the same rows in another, changes nothing', async () => {
    await contacts([contact(), contact({ at: '2026-03-04 09:10', external_id: 'K-1' })]);
    const before = await imported();
    expect((await contacts([contact(), contact({ at: '2026-03-04 09:10', external_id: 'K-1' })])).items).toEqual({ accepted: 0, rejected: 0, unchanged: 2 });
    expect((await contacts([contact({ at: '2026-03-05T12:10:00Z', note: 'otra nota' }), contact({ at: '2026-03-04 09:10', external_id: 'K-1' })])).items).toEqual({ accepted: 0, rejected: 0, unchanged: 2 });
    expect(await imported()).toEqual(before);
  });

  test('keeps two contacts of one day apart; with only the day they need an external id each', async () => {
    const days = [contact({ at: '2026-03-04', external_id: 'D-1' }), contact({ at: '2026-03-04', external_id: 'D-2' }), contact({ at: '2026-03-04' })];
    const { items, errors } = await contacts(days);
    expect(items).toEqual({ accepted: 2, rejected: 1, unchanged: 0 });
    expect(errors).toEqual([{ line: 4, column: 'at', reason: expect.stringContaining('external_id') }]);
    expect((await history()).map((one) => one.at)).toEqual([at('2026-03-04', 12), at('2026-03-04', 12)]);
  });

  const cases: [string, Cells, string, RegExp][] = [
    ['neither agreement nor person', { agreement: '' }, 'agreement', /person too/], ['an agreement that does not exist', { agreement: 'none' }, 'agreement', /no such agreement/],
    ['a person who does not exist', { agreement: '', person: 'none' }, 'person', /no such person/], ['an agreement of somebody else', { person: 'SOMEBODY' }, 'person', /not the person of the agreement/],
    ['no channel', { channel: '' }, 'channel', /missing/], ['an unknown channel', { channel: 'fax' }, 'channel', /one of call/], ['no instant', { at: '' }, 'at', /missing/], ['an instant that is none', { at: 'ayer' }, 'at', /YYYY/],
    ['a contact of tomorrow', { at: '2026-03-06 12:00' }, 'at', /future/], ['an unknown outcome', { outcome: 'enojado' }, 'outcome', /one of noAnswer/], ['an unknown kind', { kind: 'x' }, 'kind', /attempt/],
    ['an unknown purpose', { purpose: 'x' }, 'purpose', /collection/], ['an unknown direction', { direction: 'x' }, 'direction', /out/], ['the id of another contact', { external_id: 'KNOWN', channel: 'visit' }, 'external_id', /another content/],
  ];
  test.each(cases)('with %s: line, column and reason', async (_what, change, column, reason) => {
    const other = await seedPerson(desk.db);
    const own = `K${externalId}`;
    await contacts([contact({ external_id: own })]);
    const told = { ...contact(change), ...(change['person'] === 'SOMEBODY' ? { person: other.personId } : {}), ...(change['external_id'] === 'KNOWN' ? { external_id: own } : {}) };
    const { items, errors } = await contacts([contact({ external_id: own }), told]);
    expect(items).toEqual({ accepted: 0, rejected: 1, unchanged: 1 });
    expect(errors).toEqual([{ line: 3, column, reason: expect.stringMatching(reason) }]);
    expect(await imported()).toHaveLength(1);
  });

  test('is understood without columns that are not needed, and as a dry run stores nothing', async () => {
    const file = csv([{ agreement: externalId, channel: 'email', at: '2026-03-05T10:00:00Z' }], { delimiter: ';', end: '\r\n' });
    expect((await importFile(desk.ctx, file, { kind: 'contacts', dryRun: true })).items).toEqual({ accepted: 1, rejected: 0, unchanged: 0 });
    expect(await imported()).toEqual([]);
    expect((await importFile(desk.ctx, file, { kind: 'contacts' })).items.accepted).toBe(1);
    await expect(importFile(desk.ctx, 'person,at\nx,y\n', { kind: 'contacts' })).rejects.toMatchObject({ code: 'ERR_BODY', errors: [{ path: 'channel' }] });
  });

  test('the zone decides what its local times mean; without one they need an offset', async () => {
    const nowhere = await seedPerson(desk.db, { zone: null });
    const { errors } = await contacts([contact({ agreement: '', person: nowhere.personId }), contact({ agreement: '', person: nowhere.personId, at: '2026-03-05T09:10:00-03:00' })]);
    expect(errors).toEqual([{ line: 2, column: 'at', reason: expect.stringContaining('offset') }]);
    await contacts([contact()]);
    expect((await history()).map((one) => one.at)).toEqual([MISSED_AT - 50 * MINUTE]);
  });
});
