/** Who may do what: one line a route. An administrator may do everything; a creditor's key sees and moves only its own. */
import type { Role } from '../register/actor.ts';

const EVERYONE = ['system', 'agent', 'supervisor', 'lawyer', 'creditor'] as const;
const STAFF = ['system', 'agent', 'supervisor', 'lawyer'] as const;
const DESK = ['agent', 'supervisor'] as const;
/** Facts that arrive from the creditor's own systems as well as from an agent's desk. */
const DESK_OR_SYSTEM = ['system', 'agent', 'supervisor'] as const;

/** Method and path -> roles besides admin. The server refuses to start with a route of /v1 or /sandbox that is not here. */
export const ACCESS: Readonly<Record<string, readonly Role[]>> = {
  'POST /v1/agreements': ['system'],
  'GET /v1/agreements': EVERYONE,
  'GET /v1/agreements/:id': EVERYONE,
  'GET /v1/agreements/:id/timeline': EVERYONE,
  'GET /v1/agreements/:id/explain': EVERYONE,
  'GET /v1/agreements/:id/payments': EVERYONE,
  'POST /v1/agreements/:id/payments': DESK_OR_SYSTEM,
  'POST /v1/agreements/:id/payments/:externalId/reversal': ['system', 'supervisor'],

  'POST /v1/agreements/:id/payment-links': DESK_OR_SYSTEM,
  'DELETE /v1/agreements/:id/payment-links': DESK_OR_SYSTEM,
  'GET /v1/suspense': EVERYONE,
  'POST /v1/suspense/:id/match': DESK_OR_SYSTEM,

  'POST /v1/agreements/:id/promises': DESK_OR_SYSTEM,
  'POST /v1/agreements/:id/renegotiations': DESK_OR_SYSTEM,
  'POST /v1/agreements/:id/hold': DESK_OR_SYSTEM,
  'POST /v1/agreements/:id/release': DESK_OR_SYSTEM,
  'POST /v1/agreements/:id/disputes': DESK_OR_SYSTEM,
  'POST /v1/agreements/:id/disputes/:disputeId/resolution': ['system', 'supervisor'],
  'POST /v1/agreements/:id/cancel': ['system', 'supervisor'],

  'POST /v1/debts': ['system'],
  'GET /v1/debts': EVERYONE,
  'GET /v1/debts/:id': EVERYONE,
  'GET /v1/debts/:id/timeline': EVERYONE,
  'GET /v1/debts/:id/explain': EVERYONE,
  'GET /v1/debts/:id/payments': EVERYONE,
  'POST /v1/debts/:id/payments': DESK_OR_SYSTEM,
  'POST /v1/debts/:id/withdrawal': ['system', 'supervisor'],

  'GET /v1/callbacks': EVERYONE,
  'GET /v1/slots': STAFF,
  'POST /v1/agreements/:id/callbacks': DESK_OR_SYSTEM,
  'POST /v1/callbacks/:id/outcome': DESK,
  'DELETE /v1/callbacks/:id': DESK_OR_SYSTEM,
  'POST /v1/calls': DESK_OR_SYSTEM,
  'POST /v1/calls/:id/outcome': DESK_OR_SYSTEM,

  'GET /v1/persons': STAFF,
  'POST /v1/persons/:id/opt-outs': DESK_OR_SYSTEM,
  'POST /v1/persons/:id/stops': DESK_OR_SYSTEM,

  'GET /v1/inbox': STAFF,
  'POST /v1/inbox/:id/done': DESK,
  'POST /v1/inbox/:id/reclassify': DESK,

  'GET /v1/surveys': EVERYONE,
  'GET /v1/pre-legal': ['agent', 'supervisor', 'lawyer', 'creditor', 'system'],
  'POST /v1/pre-legal/:id/approve': ['supervisor', 'lawyer'],
  'POST /v1/pre-legal/:id/handover': ['lawyer'],
  'POST /v1/pre-legal/:id/withdraw': ['supervisor', 'lawyer'],

  'GET /v1/matches': ['system', 'agent', 'supervisor'],
  'POST /v1/matches/:id': ['supervisor'],
  'GET /v1/sources': ['system', 'supervisor'],
  'POST /v1/sources': ['supervisor'],

  'POST /v1/bank-files': ['system', 'supervisor'],
  'POST /v1/imports': ['system', 'supervisor'],
  'GET /v1/imports/:id': EVERYONE,

  'GET /v1/creditors': EVERYONE,
  'POST /v1/creditors': [],
  'PATCH /v1/creditors/:id': ['supervisor'],
  'GET /v1/strategies': STAFF,
  'POST /v1/strategies': ['supervisor'],
  'GET /v1/segments': STAFF,
  'POST /v1/segments': ['supervisor'],
  'GET /v1/strategy-proposals': STAFF,
  'POST /v1/strategy-proposals/:id/approve': ['supervisor'],
  'POST /v1/strategy-proposals/:id/reject': ['supervisor'],
  'GET /v1/agreements/:id/score': STAFF,
  'GET /v1/templates': STAFF,
  'GET /v1/templates/:key': STAFF,
  'POST /v1/templates': ['supervisor'],
  'GET /v1/agents': STAFF,
  'POST /v1/agents': ['supervisor'],
  'GET /v1/shifts': STAFF,
  'POST /v1/shifts': ['supervisor'],

  'GET /sandbox/clock': [],
  'POST /sandbox/clock/advance': [],
  'POST /sandbox/play': [],
};

/** Whether a role may call the route. */
export function mayCall(role: Role, route: string): boolean {
  return role === 'admin' || (ACCESS[route]?.includes(role) ?? false);
}
