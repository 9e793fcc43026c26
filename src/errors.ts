/** The one error class of Pacto and the one table of its codes: meaning, remedy, HTTP status. README shows this table. */

/** `meaning` says what happened, `remedy` what the reader can do; `status` is the HTTP status the API answers. */
export interface ErrorEntry {
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

export const ERRORS = {
  ERR_BODY: { status: 422, meaning: 'The body does not have the promised shape.', remedy: 'Correct the fields named in errors[].path.' },
  ERR_JSON: { status: 400, meaning: 'The body is not JSON, or too large.', remedy: 'Send one JSON document of at most 1 MB with content-type application/json.' },
  ERR_QUERY: { status: 400, meaning: 'A query parameter is wrong.', remedy: 'Correct the parameter named in errors[].path.' },
  ERR_KEY: { status: 401, meaning: 'No key, or a key that is unknown or revoked.', remedy: 'Send Authorization: Bearer <key>; make one with pacto key add.' },
  ERR_ROLE: { status: 403, meaning: 'The key is not allowed to do this.', remedy: 'Use a key of a role that may.' },
  ERR_SIGNATURE: { status: 403, meaning: 'The webhook carries no valid signature.', remedy: 'Check PUBLIC_BASE_URL and the provider secrets.' },
  ERR_NOT_FOUND: { status: 404, meaning: 'It does not exist, or this key may not see it.', remedy: 'Check the id and the creditor of the key.' },
  ERR_AGREEMENT_CONFLICT: { status: 409, meaning: 'An agreement with this external id exists with another content.', remedy: 'Use another external id, or send the same body again.' },
  ERR_DEBT_CONFLICT: { status: 409, meaning: 'A debt with this external id exists with another content.', remedy: 'Use another external id, or send the same body again.' },
  ERR_PAYMENT_CONFLICT: { status: 409, meaning: 'A payment with this external id exists with another content.', remedy: 'Use another external id, or send the same body again.' },
  ERR_REVERSAL_CONFLICT: { status: 409, meaning: 'The payment is already reversed under another id.', remedy: 'Nothing to do, or check which reversal is the right one.' },
  ERR_CREDITOR_CONFLICT: { status: 409, meaning: 'A creditor with this id exists with another content.', remedy: 'Use PATCH /v1/creditors/{id} to change it.' },
  ERR_IDEMPOTENCY_CONFLICT: { status: 409, meaning: 'This Idempotency-Key was used with another body.', remedy: 'Use a new key for a new request.' },
  ERR_CURRENCY: { status: 422, meaning: 'The currency is not the one of the agreement.', remedy: 'Send the amount in the currency of the agreement.' },
  ERR_STATE: { status: 409, meaning: 'The state of the agreement forbids this.', remedy: 'Read detail, and GET the agreement for its state.' },
  ERR_ERASED: { status: 409, meaning: 'The data of this person was erased; nothing new is taken in about them.', remedy: 'New business with the same person gets another person external id.' },
  ERR_PROMISE_LIMIT: { status: 409, meaning: 'The promise passes a limit of the creditor.', remedy: 'Take a nearer date, or renegotiate.' },
  ERR_SLOT: { status: 409, meaning: 'The slot is taken, outside the shifts, or not lawful for a call.', remedy: 'Choose another from GET /v1/slots.' },
  ERR_CALLBACK_STATE: { status: 409, meaning: 'The callback is already closed.', remedy: 'GET /v1/callbacks shows its state and outcome.' },
  ERR_APPROVAL: { status: 409, meaning: 'The same person cannot approve twice, or the case is not open.', remedy: 'A second person approves with a key of their own.' },
  ERR_STRATEGY: { status: 422, meaning: 'The strategy is unknown or not valid.', remedy: 'Run pacto strategy validate <file>; GET /v1/strategies lists those published.' },
  ERR_SEGMENT: { status: 422, meaning: 'The segments are not valid, or name a strategy that is not published.', remedy: 'Correct the fields named in errors[].path.' },
  ERR_TEMPLATE: { status: 422, meaning: 'The template is unknown or not valid.', remedy: 'Run pacto template preview <file>.' },
  ERR_MIGRATION_EDITED: { status: 500, meaning: 'A migration that has been applied was edited afterwards.', remedy: 'Restore the file; put the change into a new migration.' },
  ERR_CLOCK: { status: 409, meaning: 'The virtual clock cannot do this now.', remedy: 'It exists only in the sandbox and never goes back; GET /sandbox/clock shows what blocks it.' },
  ERR_CONFIG: { status: 500, meaning: 'A configuration variable is missing or wrong.', remedy: 'Run pacto config: it names each wrong variable and the allowed range.' },
  ERR_DEPENDENCY: { status: 503, meaning: 'A dependency (PostgreSQL, Temporal, a provider) does not answer.', remedy: 'Try again; pacto config shows the addresses in use.' },
  ERR_INTERNAL: { status: 500, meaning: 'An error of ours.', remedy: 'Nothing was stored; look in the log for the request id.' },
  ERR_AUDIT: { status: 500, meaning: 'The audit found something that must not be.', remedy: 'Read the findings; pacto agreement timeline <id> shows the agreement\'s evidence.' },
  ERR_REPLIES: { status: 422, meaning: 'The replies are not classified as expected.', remedy: 'Read the lines with "ok": false; the classes and their order stand in the README.' },
  ERR_POLICY: { status: 422, meaning: 'The contact law does not answer as expected.', remedy: 'Read the lines with "ok": false; pacto policy list shows the rules.' },
  ERR_USAGE: { status: 400, meaning: 'The command line is wrong.', remedy: 'See --help of the command.' },
  ERR_BOOTSTRAP: { status: 500, meaning: 'The sandbox cannot start on this machine.', remedy: 'Do what the sentence says: a port, a tool, a folder.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** A field that is wrong: `path` in dotted form (`instalments.0.amountMinor`), `message` says what is allowed. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The only error class: `code` names the entry of ERRORS; `detail` is one sentence without personal data. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];

  constructor(code: ErrorCode, detail?: string, options: { errors?: readonly FieldError[]; cause?: unknown } = {}) {
    super(detail ?? ERRORS[code].meaning, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = options.errors ?? [];
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
