import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactPointsOf } from '../../src/db/contact-points.ts';
import { personById } from '../../src/db/persons.ts';
import { agreementBody, type AgreementBody } from '../../src/register/agreement-body.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { getAgreement, listAgreements } from '../../src/register/agreement-reads.ts';
import { ACME, bodyOf, openTestRegister, rowCounts, unique, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());

const PHONE = '+56961234599';

function shared(externalId = unique('CO')): AgreementBody & { readonly coDebtors: NonNullable<AgreementBody['coDebtors']> } {
  const { person } = bodyOf({ person: { externalId, name: 'Codeudora Inventada', contactPoints: [{ kind: 'phone', value: PHONE, channels: ['sms', 'call'], consent: 'granted' }] } });
  return { ...bodyOf(), coDebtors: [person] };
}

test('who owes beside the debtor is a person of his own, with contact points and consent at that creditor', async () => {
  const { ctx, db } = register;
  const { agreementId } = await logAgreement(ctx, ACME, shared());
  const answer = await getAgreement(ctx, ACME, agreementId);
  expect(answer.coDebtors).toHaveLength(1);
  const [coDebtorId = ''] = answer.coDebtors;
  const coDebtor = await personById(db, coDebtorId);
  expect(coDebtor).toMatchObject({ name: 'Codeudora Inventada', creditor_id: 'acme' });
  expect(coDebtor?.identity_id).not.toBe((await personById(db, answer.personId))?.identity_id);
  expect((await contactPointsOf(db, coDebtorId)).map(({ value, consent }) => [value, consent])).toEqual([[PHONE, { sms: 'granted', call: 'granted' }]]);
  expect((await contactPointsOf(db, answer.personId)).map(({ value }) => value)).not.toContain(PHONE);
  const page = await listAgreements(ctx, ACME, { limit: 200, personId: answer.personId });
  expect(page.items.find(({ id }) => id === agreementId)?.coDebtors).toEqual([coDebtorId]);
});

test('the same body again links nobody twice; another co-debtor is another agreement', async () => {
  const { ctx, db } = register;
  const body = shared();
  const first = await logAgreement(ctx, ACME, body);
  const before = await rowCounts(db);
  expect(await logAgreement(ctx, ACME, body)).toMatchObject({ agreementId: first.agreementId, created: false });
  expect(await rowCounts(db)).toEqual(before);
  expect((await getAgreement(ctx, ACME, first.agreementId)).coDebtors).toHaveLength(1);
  expect(await refusalOf(logAgreement(ctx, ACME, { ...body, coDebtors: shared().coDebtors }))).toMatchObject({ code: 'ERR_AGREEMENT_CONFLICT' });
  expect((await getAgreement(ctx, ACME, (await logAgreement(ctx, ACME, bodyOf())).agreementId)).coDebtors).toEqual([]);
});

test('nobody owes the same agreement twice, and a role goes only with a company', () => {
  const [other] = shared().coDebtors;
  if (other === undefined) throw new Error('no co-debtor');
  const base = { creditorId: 'acme', externalId: 'A-1', currency: 'CLP', instalments: [{ number: 1, dueOn: '2026-12-01', amountMinor: 10 }] };
  const person = { externalId: 'P-1', name: 'Deudora Inventada', contactPoints: [{ kind: 'phone', value: PHONE }] };
  const pathsOf = (body: unknown): string[] => agreementBody.safeParse(body).error?.issues.map(({ path }) => path.join('.')) ?? [];
  expect(pathsOf({ ...base, person, coDebtors: [{ ...person, externalId: 'P-2' }] })).toEqual([]);
  expect(pathsOf({ ...base, person, coDebtors: [person] })).toEqual(['coDebtors.0.externalId']);
  expect(pathsOf({ ...base, person, coDebtors: [{ ...person, externalId: 'P-2', contactPoints: [{ kind: 'phone', value: PHONE, role: 'Tesorería' }] }] })).toEqual(['coDebtors.0.contactPoints.0.role']);
  expect(pathsOf({ ...base, person, coDebtors: [{ ...person, externalId: 'P-2', type: 'company', contactPoints: [{ kind: 'phone', value: PHONE, role: 'Tesorería' }] }] })).toEqual([]);
});
