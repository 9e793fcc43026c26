/** An agreement's row with the least that the schema allows, for tests that only look at the outbox side of it. */
import { randomUUID } from 'node:crypto';
import { instant, json } from '../../src/db/columns.ts';
import type { Db } from '../../src/db/pool.ts';
import type { AgreementTerms } from '../../src/domain/agreement.ts';
import type { Strategy } from '../../src/strategy/strategy.ts';

const AT = Date.UTC(2026, 10, 20, 12);
const STRATEGY: Strategy = { id: 'bare', version: 1, country: ['CL'], graceDays: 0, smallBalance: {}, steps: [] };

export async function seedAgreement(db: Db, given: { workflowId: string; runId: string | null; workflowState: 'starting' | 'running' | 'finished' }): Promise<void> {
  const [, creditorId = '', externalId = ''] = given.workflowId.split('/');
  const [id, personId, identityId] = [randomUUID(), randomUUID(), randomUUID()];
  const terms: AgreementTerms = {
    agreementId: id, creditorId, externalId, country: 'CL', zone: 'America/Santiago', currency: 'CLP', agreedOn: '2026-11-20',
    instalments: [{ number: 1, dueOn: '2026-12-05', amountMinor: 1000 }], components: {}, componentOrder: ['principal'],
    discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: null,
  };
  await db.insertInto('creditor').values({ id: creditorId, name: 'Acme', type: 'thirdParty', country: 'CL', currency: 'CLP', settings: json({}), created_at: instant(AT) }).onConflict((c) => c.doNothing()).execute();
  await db.insertInto('strategy').values({ id: 'bare', version: 1, definition: json(STRATEGY), source: '', published_at: instant(AT) }).onConflict((c) => c.doNothing()).execute();
  await db.insertInto('identity').values({ id: identityId, national_id_hash: null }).execute();
  await db.insertInto('person').values({ id: personId, creditor_id: creditorId, external_id: externalId, identity_id: identityId, type: 'person', name: 'X', language: 'es-CL', zone: null }).execute();
  await db.insertInto('agreement').values({
    id, creditor_id: creditorId, external_id: externalId, person_id: personId, identity_id: identityId, batch: null, country: 'CL',
    zone: 'America/Santiago', currency: 'CLP', agreed_on: '2026-11-20', terms: json(terms), strategy_id: 'bare', strategy_version: 1,
    body_hash: '', workflow_id: given.workflowId, run_id: given.runId, workflow_state: given.workflowState, phase: 'active',
    plan_version: 1, balance_minor: 1000, credit_minor: 0, paid_minor: 0, oldest_unpaid_due: '2026-12-05', logged_at: instant(AT), logged_seq: 1,
  }).execute();
}
