/**
 * One run per agreement, and per debt that has none yet: both are followed by the same code. It holds no rule: `decide` says what is next, one activity does it, `apply` takes the facts
 * that PostgreSQL recorded. Handlers only apply; the loop is decide -> wait | one activity -> apply.
 */
import {
  allHandlersFinished, condition, continueAsNew, log, proxyActivities, setCurrentDetails, upsertSearchAttributes, workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { AgreementEvent, AgreementState, Decision } from '../src/domain/agreement.ts';
import { decide } from '../src/domain/decide.ts';
import { apply, migrate } from '../src/domain/facts.ts';
import { actionSummary, attributesOf, detailsOf, sameAttributes, timerSummary, type AgreementAttributes } from './agreement-story.ts';
import { listen, type Mailbox } from './agreement-messages.ts';
import { ArmedTimer } from './armed-timer.ts';
import { SEARCH_ATTRIBUTES, type AgreementActivities, type AgreementInput, type DeliverActivities } from './contract.ts';
import { queuesBeside } from './queues.ts';

const MINUTE = 60_000;
/** Waited when an activity changed nothing and the same decision would come again: a fault of ours must not spin. */
const STANDSTILL = 60 * MINUTE;

const PHASE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.agreementPhase, 'KEYWORD');
const OLDEST_DUE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.oldestUnpaidDue, 'DATETIME');
const ON_HOLD = defineSearchAttributeKey(SEARCH_ATTRIBUTES.onHold, 'BOOL');

class AgreementRun implements Mailbox {
  state: AgreementState;
  readonly outside: Mailbox['outside'] = [];
  finished = false;
  changed = false;
  readonly #timer = new ArmedTimer();
  readonly #act;
  readonly #send;
  #shown: AgreementAttributes;

  constructor(input: AgreementInput) {
    this.state = migrate(input.state);
    const queues = queuesBeside(workflowInfo().taskQueue);
    this.#act = proxyActivities<AgreementActivities>({ taskQueue: queues.agreements, startToCloseTimeout: '30s', retry: { maximumInterval: '1m' } });
    this.#send = proxyActivities<DeliverActivities>({
      taskQueue: queues.deliver, startToCloseTimeout: '15s', heartbeatTimeout: '12s', retry: { maximumInterval: '1m' },
    });
    this.#shown = attributesOf(this.state, Date.now());
  }

  get activities(): Pick<AgreementActivities, 'bookUpdate'> {
    return { bookUpdate: (input) => this.#act.bookUpdate.executeWithOptions({ summary: `Update from outside: ${input.name}` }, [input]) };
  }

  take(events: readonly AgreementEvent[]): void {
    const before = this.state;
    for (const event of events) this.state = apply(this.state, event);
    // Facts that it knew are no news: counted as such, the same decision would come again at once, for ever.
    if (this.state !== before) this.changed = true;
  }

  /** Details cost nothing; attributes are upserted in one command, only when a fact changed them. */
  show(): void {
    const now = Date.now();
    setCurrentDetails(detailsOf(this.state, now));
    const attributes = attributesOf(this.state, now);
    if (sameAttributes(attributes, this.#shown)) return;
    this.#shown = attributes;
    upsertSearchAttributes([
      { key: PHASE, value: attributes.phase },
      { key: OLDEST_DUE, value: attributes.oldestUnpaidDue === null ? null : new Date(attributes.oldestUnpaidDue) },
      { key: ON_HOLD, value: attributes.onHold },
    ]);
  }

  async wait(until: number | null, summary: string): Promise<void> {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<(input: AgreementInput) => Promise<void>>({ v: 1, state: this.state });
    }
    this.changed = false;
    this.#timer.arm(Date.now(), until, summary);
    await condition(() => this.changed || this.#timer.fired || this.outside.length > 0 || workflowInfo().continueAsNewSuggested);
  }

  async bookOutside(): Promise<void> {
    const payment = this.outside.shift();
    if (payment === undefined) return;
    const { agreementId } = this.state.terms;
    const { events } = await this.#act.bookOutsidePayment.executeWithOptions(
      { summary: 'Book a payment signalled from outside' }, [{ agreementId, payment }]);
    this.take(events);
  }

  async act(decision: Exclude<Decision, { kind: 'wait' }>): Promise<readonly AgreementEvent[]> {
    const { agreementId } = this.state.terms;
    const options = { summary: actionSummary(decision) };
    const lastSeq = this.state.events.at(-1)?.seq ?? 0;
    switch (decision.kind) {
      case 'contact':
      case 'duty':
        return (await this.#send.deliver.executeWithOptions(options, [{ agreementId, occurrences: decision.occurrences }])).events;
      case 'bookCallback':
        return (await this.#act.bookCallback.executeWithOptions(options, [{ agreementId, occurrence: decision.occurrence }])).events;
      case 'escalate': {
        const input = decision.to === 'broken' ? { agreementId, to: decision.to } : { agreementId, to: decision.to, occurrence: decision.occurrence };
        return (await this.#act.escalate.executeWithOptions(options, [input])).events;
      }
      case 'skip':
        return (await this.#act.recordSkips.executeWithOptions(options, [{ agreementId, occurrences: decision.occurrences, reason: decision.reason }])).events;
      case 'sendSurvey': {
        const done = await this.#act.sendSurvey.executeWithOptions(options, [{ agreementId, occurrence: decision.occurrence, lastSeq }]);
        this.finished = done.finished;
        return done.events;
      }
      case 'close': {
        const done = await this.#act.finishAgreement.executeWithOptions(options, [{ agreementId, reason: decision.reason, lastSeq }]);
        this.finished = done.finished;
        return done.events;
      }
    }
  }

  async run(): Promise<void> {
    while (!this.finished || this.outside.length > 0) {
      this.show();
      if (this.outside.length > 0) {
        await this.bookOutside();
        continue;
      }
      const decision = decide(this.state, Date.now());
      if (decision.kind === 'wait') {
        await this.wait(decision.until, timerSummary(this.state, decision));
        continue;
      }
      this.changed = false;
      this.take(await this.act(decision));
      if (!this.changed && !this.finished) {
        log.warn('a decision changed nothing', { decision: decision.kind });
        await this.wait(Date.now() + STANDSTILL, 'Wait: the last activity changed nothing');
      }
    }
    this.show();
    await condition(allHandlersFinished);
  }
}

export async function agreement(input: AgreementInput): Promise<void> {
  await follow(input);
}

/** A debt that was assigned and has no agreement yet; ends when one is logged for it, when it is paid or withdrawn. */
export async function debt(input: AgreementInput): Promise<void> {
  await follow(input);
}

async function follow(input: AgreementInput): Promise<void> {
  const run = new AgreementRun(input);
  listen(run);
  await run.run();
}
