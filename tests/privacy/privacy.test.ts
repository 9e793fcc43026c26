/** One person with names that stand nowhere else goes through everything Pacto does; then Temporal, the log and the timelines are searched. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openOffice, PATIENCE, type Called, type Debtor, type Office } from '../life/office.ts';
import { leaks, logTexts, temporalTexts, timelineTexts } from './everything.ts';

const CREDITOR = 'acme-privacy';
const AMOUNT = 45_990;
const PHONE = '+56987412365';
/** What may close a number goes to one that nobody is to be called on: whom it met among four was chance. */
const FAULTY = '+56987412369';
const EMAIL = 'zq.lagartija@correo-ficticio.example.org';
/** What people wrote into the free fields, each with a word of its own. */
const WORDS = {
  hold: 'espera el finiquito de su hermana Marisol', dispute: 'dice que la firmó su excuñado Baltasar', resolution: 'contrato revisado con Eleuterio',
  callNote: 'atendió desde la clínica Santa Bárbara', callbackNote: 'trabaja de noche en el hospital', reversal: 'cheque protestado de Filomena', comment: 'me atendió muy bien la señora Hortensia',
  approval: 'conversado con el abogado Nicanor', withdrawal: 'llegó a acuerdo con Casimiro', renegotiation: 'quedó cesante en la pesquera', cancel: 'falleció su marido Anacleto', stop: 'certificado de Leopoldina',
} as const;
const SECRETS = [
  'Zulema', 'Quintrileo', 'Ñancupil', '987412365', '98741236', '7412365', '87412365', EMAIL, 'zq.lagartija', 'correo-ficticio', '20347878', '20.347.878', 'Curepto', 'Maule-Ficticio',
  'finiquito', 'Marisol', 'excuñado', 'Baltasar', 'Eleuterio', 'clínica', 'Santa Bárbara', 'de noche en el', 'protestado', 'Filomena', 'Hortensia', 'Nicanor', 'Casimiro', 'cesante', 'pesquera', 'Anacleto', 'Leopoldina',
];

let office: Office;
let paying: Debtor;
let sued: Debtor;
let replanned: Debtor;
let stopped: Debtor;

interface Reached {
  readonly phone: string | null;
  readonly email: string;
}

function body(externalId: string, personId: string, { phone, email }: Reached = { phone: PHONE, email: EMAIL }): Record<string, unknown> {
  return {
    creditorId: CREDITOR, externalId, currency: 'CLP', instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: AMOUNT }],
    person: {
      externalId: personId, name: 'Zulema Quintrileo Ñancupil', zone: 'America/Santiago', address: { country: 'CL', region: 'Maule-Ficticio', city: 'Curepto' },
      ...(personId === 'P-1' ? { nationalId: { country: 'CL', type: 'rut', value: '20.347.878-K' } } : {}),
      contactPoints: [...(phone === null ? [] : [{ kind: 'phone', value: phone, consent: 'granted' }]), { kind: 'email', value: email, consent: 'granted' }],
    },
  };
}

async function log(externalId: string, personId: string, reached?: Reached): Promise<Debtor> {
  const logged = await office.pacto.call('POST', '/v1/agreements', body(externalId, personId, reached));
  expect(logged).toMatchObject({ status: 201 });
  const { id, personId: person, workflowId } = logged.body as Debtor;
  return { externalId, id, personId: person, workflowId, phone: PHONE, email: EMAIL };
}

async function done(answer: Promise<Called>): Promise<Called['body']> {
  const { status, body: told } = await answer;
  expect({ status: status < 300, told: status < 300 ? null : told }).toEqual({ status: true, told: null });
  return told;
}

const act = (debtor: Debtor, path: string, given: unknown) => done(office.post(`/v1/agreements/${debtor.id}/${path}`, given));

beforeAll(async () => {
  office = await openOffice(CREDITOR, { startAt: at('2027-01-04', '11:00'), logLevel: 'debug' });
  paying = await log('A-1', 'P-1');
  sued = await log('A-2', 'P-2');
  replanned = await log('A-3', 'P-3');
  stopped = await log('A-4', 'P-4', { phone: FAULTY, email: EMAIL });
  await fourPersons();
  await wrongRequests();
  await beforeTheDate();
  await office.pacto.advanceTo(at('2027-01-20', '20:00'));
  await office.pacto.advanceTo(at('2027-01-27', '11:00'));
  await calls();
  await office.pacto.advanceTo(at('2027-02-17', '20:00'));
  await ends();
  await office.pacto.advanceTo(at('2027-03-20', '20:00'));
}, 240_000);
afterAll(() => office?.pacto.stop());

/** They share name, number and mail, so that whatever leaks is seen; as perhaps one person they would share their contacts too, and who of them is called would be chance. */
async function fourPersons(): Promise<void> {
  const { items } = (await done(office.pacto.call('GET', '/v1/matches?state=open&limit=50'))) as { items: { id: string }[] };
  expect(items.length).toBeGreaterThanOrEqual(3);
  for (const { id } of items) await done(office.post(`/v1/matches/${id}`, { decision: 'different' }));
}

/** Refused with a problem; what was wrong must not stand in a log. */
async function wrongRequests(): Promise<void> {
  const { pacto } = office;
  const wrong = body('A-5', 'P-5') as { person: { contactPoints: unknown[] } };
  expect((await pacto.call('POST', '/v1/agreements', { ...wrong, person: { ...wrong.person, contactPoints: [{ kind: 'phone', value: `${PHONE}99` }] } })).status).toBe(422);
  expect((await pacto.call('POST', '/v1/agreements', { ...wrong, Quintrileo: 'Zulema' })).status).toBe(422);
  expect((await pacto.call('GET', '/v1/persons?q=Quintrileo')).status).toBe(200);
  expect((await pacto.call('GET', '/v1/agreements?q=Quintrileo&limit=0')).status).toBe(400);
  expect((await pacto.call('GET', `/v1/agreements/${encodeURIComponent('Zulema Quintrileo')}`)).status).toBeGreaterThanOrEqual(400);
  expect((await pacto.call('POST', `/v1/agreements/${paying.id}/hold`, { until: 'Zulema', reason: WORDS.hold }, { 'idempotency-key': randomUUID() })).status).toBe(422);
}

async function beforeTheDate(): Promise<void> {
  await act(paying, 'hold', { until: '2027-01-06T12:00:00-03:00', reason: WORDS.hold });
  await act(paying, 'release', {});
  const { id } = (await act(paying, 'disputes', { reason: 'La firma de Baltasar', text: WORDS.dispute })) as { id: string };
  await act(paying, `disputes/${id}/resolution`, { outcome: 'rejected', note: WORDS.resolution });
  await done(office.post('/v1/calls', { agreementId: replanned.id, channel: 'call', at: '2027-01-04T14:00:00Z', outcome: 'talked', note: WORDS.callNote }));
  // What a provider can answer with, about this very number.
  for (const kind of ['500', 'resetAfterAccept']) await office.fault({ channel: 'sms', kind, next: 1, to: FAULTY });
  await office.fault({ channel: 'email', kind: 'bounce', next: 1, to: EMAIL });
  await everyOtherFault();
}

/** Persons of their own, so that the lives above go on as they do; addresses that differ from theirs in the last sign. */
async function everyOtherFault(): Promise<void> {
  for (const [index, kind] of ['429', 'resetBeforeAccept', 'timeout', 'bounce', 'optedOut', 'landline', 'undelivered'].entries()) {
    const reached = { phone: `${PHONE.slice(0, -1)}${index < 5 ? index : index + 1}`, email: `${index}.${EMAIL}` };
    await log(`B-${index}`, `PB-${index}`, reached);
    await office.fault({ channel: 'sms', kind, next: 1, to: reached.phone });
  }
  for (const [index, kind] of ['500', 'resetBeforeAccept', 'resetAfterAccept', '429', 'undelivered', 'optedOut'].entries()) {
    const reached = { phone: null, email: `c${index}.${EMAIL}` };
    await log(`C-${index}`, `PC-${index}`, reached);
    await office.fault({ channel: 'email', kind, next: 1, to: reached.email });
  }
}

async function calls(): Promise<void> {
  for (const debtor of [paying, sued]) {
    const [call] = await office.callbacks(debtor);
    await done(office.post(`/v1/callbacks/${call?.id}/outcome`, { outcome: 'refuses', note: WORDS.callbackNote }));
  }
  await act(replanned, 'renegotiations', { instalments: [{ number: 1, dueOn: '2027-03-15', amountMinor: AMOUNT }], reason: WORDS.renegotiation });
  await done(office.post(`/v1/persons/${stopped.personId}/stops`, { on: 'insolvency', at: '2027-01-27T13:00:00Z', evidence: WORDS.stop }));
  await done(office.pay(paying, AMOUNT, 'PAY-1'));
  await done(office.pacto.call('POST', `/v1/agreements/${paying.id}/payments/PAY-1/reversal`, { externalId: 'REV-1', reason: WORDS.reversal }));
  await done(office.pay(paying, AMOUNT, 'PAY-2'));
}

async function ends(): Promise<void> {
  const [opened] = await office.cases(sued);
  await done(office.post(`/v1/pre-legal/${opened?.id}/approve`, { note: WORDS.approval }));
  await done(office.post(`/v1/pre-legal/${opened?.id}/withdraw`, { reason: WORDS.withdrawal }));
  await act(replanned, 'cancel', { reason: WORDS.cancel });
  const survey = await office.pacto.db.selectFrom('survey').select('token').where('agreement_id', '=', paying.id).executeTakeFirstOrThrow();
  const answered = await fetch(`${office.pacto.apiUrl}/s/${survey.token}`, { method: 'POST', body: new URLSearchParams({ score: '5', comment: WORDS.comment }) });
  expect(answered.status).toBe(200);
  await done(office.post(`/v1/persons/${sued.personId}/opt-outs`, { scope: 'creditor' }));
}

test('the person was written to and everything was kept: there is something to find', async () => {
  const journal = await office.pacto.journal();
  expect(leaks(journal.map((entry) => ({ where: entry.channel, text: JSON.stringify(entry) })), ['Zulema', PHONE, EMAIL]).length).toBeGreaterThan(0);
  expect(await (await fetch(`${office.pacto.providerUrl}/__faults`)).json()).toEqual({ faults: [] });
  const types = new Set((await temporalTexts(office.pacto)).map(({ where }) => where.split('/')[0]));
  expect(types).toEqual(new Set(['agreement', 'callback', 'pre-legal', 'survey']));
  expect(office.pacto.logLines.length).toBeGreaterThan(0);
});

test('no id, input, result, summary, detail, memo or search attribute in Temporal holds anything personal', async () => {
  expect(leaks(await temporalTexts(office.pacto), SECRETS)).toEqual([]);
});

test('no line of the log holds anything personal', () => {
  expect(leaks(logTexts(office.pacto), SECRETS)).toEqual([]);
});

test('no entry of a timeline holds anything personal', async () => {
  expect(leaks(await timelineTexts(office.pacto), SECRETS)).toEqual([]);
});

test('the search bites: a name that somebody signals to a run, and one that is logged, are found', async () => {
  const planted = await log('A-9', 'P-9');
  await expect.poll(() => office.pacto.gateway.queryState(planted.workflowId).catch(() => null), PATIENCE).not.toBeNull();
  await office.pacto.gateway.client.workflow.getHandle(planted.workflowId).signal('recordPayment', { note: 'pagó la señora Quintrileo' });
  office.pacto.ctx.log.warn({ step: 'planted' }, `no answer from ${PHONE}`);
  const inTemporal = leaks(await temporalTexts(office.pacto), SECRETS);
  expect(inTemporal.length).toBeGreaterThan(0);
  expect(inTemporal.every((leak) => leak.startsWith(planted.workflowId) && leak.endsWith(': Quintrileo'))).toBe(true);
  expect(leaks(logTexts(office.pacto), SECRETS).map((leak) => leak.split(': ')[1])).toEqual(['987412365', '98741236', '7412365', '87412365']);
});
