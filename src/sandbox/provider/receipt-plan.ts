/** What becomes of a message after it is accepted, and when: the receipts, due in virtual time. */
import type { Fault } from './fault-kinds.ts';
import type { Receipt, SandboxMessage } from './journal.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** Carriers report within seconds as a rule. */
const LEFT_AFTER_MS = 2 * SECOND;
const ENDED_AFTER_MS = 5 * SECOND;
const LATE_MS = 6 * HOUR;

type Step = Pick<Receipt, 'status' | 'errorCode' | 'type' | 'reason'> & { readonly after: number };

/** How the delivery of an SMS ends; the codes are Twilio's. */
const SMS_FAILURES: Readonly<Partial<Record<Fault['kind'], string>>> = { undelivered: '30003', bounce: '30005', landline: '30006' };

/** How the delivery of a mail ends, in SendGrid's events. `undelivered` is a refusal for now, which SendGrid calls blocked. */
const MAIL_FAILURES: Readonly<Partial<Record<Fault['kind'], Omit<Step, 'after'>>>> = {
  undelivered: { status: 'bounce', type: 'blocked', errorCode: '4.4.1', reason: '451 4.4.1 no answer from host' },
  bounce: { status: 'bounce', type: 'bounce', errorCode: '5.1.1', reason: '550 5.1.1 the mailbox does not exist' },
  optedOut: { status: 'dropped', reason: 'Unsubscribed Address' },
};

/** How the delivery of a mail by SMTP ends: at once, or when the server has tried for long enough. */
const RETURNED: Readonly<Partial<Record<Fault['kind'], Omit<Step, 'after'>>>> = {
  undelivered: { status: 'undelivered', errorCode: '4.4.7', reason: '451 4.4.7 delivery time expired' },
  bounce: { status: 'bounce', errorCode: '5.1.1', reason: '550 5.1.1 the mailbox does not exist' },
};

/** The receipts of an accepted message, given the faults that struck its delivery and its callbacks. */
export function planReceipts(message: SandboxMessage, delivery: Fault | undefined, callback: Fault | undefined): Receipt[] {
  const steps = stepsOf(message, delivery?.kind);
  const order = callback?.kind === 'reorderedCallbacks' ? swapped(steps) : steps;
  const late = callback?.kind === 'lateCallback' ? LATE_MS : 0;
  return order.map(({ after, ...step }): Receipt => ({
    ...step,
    id: `${message.providerId}.${step.status}`,
    providerId: message.providerId,
    at: message.at + after + late,
    happenedAt: message.at + after,
    posts: postsOf(message, step.status !== 'delivered', callback),
    tries: 0,
  }));
}

function stepsOf(message: SandboxMessage, failure: Fault['kind'] | undefined): Step[] {
  switch (message.provider) {
    case 'twilio': {
      const errorCode = failure === undefined ? undefined : SMS_FAILURES[failure];
      const end = errorCode === undefined ? { status: 'delivered' } : { status: 'undelivered', errorCode };
      return [{ status: 'sent', after: LEFT_AFTER_MS }, { ...end, after: ENDED_AFTER_MS }];
    }
    case 'sendgrid': {
      const end = (failure === undefined ? undefined : MAIL_FAILURES[failure]) ?? { status: 'delivered', reason: '250 2.0.0 OK' };
      // SendGrid drops before it processes.
      if (end.status === 'dropped') return [{ ...end, after: LEFT_AFTER_MS }];
      return [{ status: 'processed', after: LEFT_AFTER_MS }, { ...end, after: ENDED_AFTER_MS }];
    }
    case 'smtp':
      return [{ ...((failure === undefined ? undefined : RETURNED[failure]) ?? { status: 'delivered' }), after: ENDED_AFTER_MS }];
  }
}

/** The instants stay, the steps change places: the end is told before the middle. */
function swapped(steps: readonly Step[]): Step[] {
  return steps.map((step, index) => ({ ...step, after: steps.at(-1 - index)?.after ?? step.after }));
}

/** A mail server tells of failures only, and only where there is an address to tell; Twilio needs one for its callbacks, too. */
function postsOf(message: SandboxMessage, failed: boolean, callback: Fault | undefined): number {
  if (message.provider === 'smtp') return failed && message.from !== null ? 1 : 0;
  if (callback?.kind === 'noCallback') return 0;
  if (message.provider === 'twilio' && message.callbackUrl === undefined) return 0;
  return callback?.kind === 'duplicateCallback' ? 2 : 1;
}
