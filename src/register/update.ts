/** The Temporal updates: what an outsider asks the workflow for is booked here first, with the schemas of the HTTP bodies. */
import { z } from 'zod';
import type { AgreementEvent } from '../domain/agreement.ts';
import type { AgreementRow } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { UPDATES, type BookUpdateInput, type BookUpdateResult, type UpdateName } from '../../workflows/contract.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { bookCallbackUnder, callbackBody } from './callback.ts';
import { cancellationBody, cancelUnder } from './cancellation.ts';
import { disputeBody, openDisputeUnder, resolutionBody, resolveDisputeUnder } from './dispute.ts';
import { holdBody, holdUnder, releaseUnder } from './hold.ts';
import { optOutBody, optOutUnder } from './opt-out.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { makePromiseUnder, promiseBody } from './promise.ts';
import { renegotiateUnder, renegotiationBody } from './renegotiation.ts';
import type { FactRequest } from './request.ts';

/** What an update made: its facts, and the id of the thing when it has one. */
interface Booked {
  readonly events: readonly AgreementEvent[];
  readonly id?: string;
}

interface Held {
  readonly lock: PersonLock;
  readonly ctx: RegisterContext;
  readonly row: AgreementRow;
  readonly request: FactRequest;
}

type Command = (held: Held, args: unknown) => Promise<Booked>;

function command<S extends z.ZodType>(schema: S, run: (held: Held, body: z.output<S>) => Promise<Booked>): Command {
  return async (held, args) => run(held, parsed(schema, args));
}

const nothing = z.union([z.null(), z.strictObject({})]);
const disputeResolution = resolutionBody.extend({ disputeId: z.uuid() });

const COMMANDS: Readonly<Record<UpdateName, Command>> = {
  optOut: command(optOutBody, async ({ lock, ctx, row, request }, body) => {
    const { answer, events } = await optOutUnder(lock, ctx, row.person_id, body, { by: request.by, factId: request.factId, caller: row.id });
    return { events, id: answer.id };
  }),
  hold: command(holdBody, async ({ lock, ctx, row, request }, body) => ({ events: [(await holdUnder(lock, ctx, row.id, body, request)).event] })),
  release: command(nothing, async ({ lock, ctx, row, request }) => ({ events: [(await releaseUnder(lock, ctx, row.id, request)).event] })),
  dispute: command(disputeBody, async ({ lock, ctx, row, request }, body) => {
    const { dispute, event } = await openDisputeUnder(lock, ctx, row.id, body, request);
    return { events: [event], id: dispute.id };
  }),
  resolveDispute: command(disputeResolution, async ({ lock, ctx, row, request }, { disputeId, ...body }) => {
    const { dispute, event } = await resolveDisputeUnder(lock, ctx, row.id, disputeId, body, request);
    return { events: [event], id: dispute.id };
  }),
  promise: command(promiseBody, async ({ lock, ctx, row, request }, body) => {
    const { promise, event } = await makePromiseUnder(lock, ctx, row.id, body, request);
    return { events: [event], id: promise.id };
  }),
  renegotiate: command(renegotiationBody, async ({ lock, ctx, row, request }, body) => ({ events: [(await renegotiateUnder(lock, ctx, row.id, body, request)).event] })),
  bookCallback: command(callbackBody, async ({ lock, ctx, row, request }, body) => {
    const { callback, event } = await bookCallbackUnder(lock, ctx, row.id, body, { tell: request.tell, factId: request.factId });
    return { events: [event], id: callback.id };
  }),
  cancel: command(cancellationBody, async ({ lock, ctx, row, request }, body) => ({ events: [(await cancelUnder(lock, ctx, row.id, body, request)).event] })),
};

/**
 * Books an update and gives its verdict: a refusal is a value, with the code and the sentence of the error. Idempotent by
 * updateId: the second time the facts of the first are given back. Throws only what is worth another try.
 */
export async function bookUpdate(ctx: RegisterContext, input: BookUpdateInput): Promise<BookUpdateResult> {
  const { agreementId, name, updateId, args } = input;
  if (!UPDATES.includes(name)) return refused(new AppError('ERR_BODY', 'There is no such update.'));
  const request: FactRequest = { by: 'temporal', tell: 'caller', factId: `update/${updateId}` };
  try {
    const { events, id } = await underAgreementLock(ctx, agreementId, (lock, row) => COMMANDS[name]({ lock, ctx, row, request }, args));
    return { events, verdict: { accepted: true, ...(id === undefined ? {} : { id }) } };
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return refused(error);
    throw error;
  }
}

function refused(error: AppError): BookUpdateResult {
  const fields = error.errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return { events: [], verdict: { accepted: false, code: error.code, detail: fields === '' ? error.message : `${error.message} ${fields}` } };
}

/** The arguments, or ERR_BODY that names the wrong fields; what was given is not repeated. */
function parsed<S extends z.ZodType>(schema: S, args: unknown): z.output<S> {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ path: issue.path.map(String).join('.') || 'args', message: issue.message }));
  throw new AppError('ERR_BODY', 'The arguments do not have the promised shape.', { errors });
}
