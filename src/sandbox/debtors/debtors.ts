/** The scripted debtors, agents and lawyers of the sandbox as one actor of virtual time. They act through the API only. */
import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import { factCounts, happeningsStamp, invitedSurveys, openCalls, openCases, openPaymentLinks } from '../../db/scripted-people.ts';
import type { Db } from '../../db/pool.ts';
import { addKey } from '../../register/key.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { loadStates, type LoadedAgreement } from '../../register/rebuild.ts';
import type { Actor } from '../clock/clock-job.ts';
import { AppError } from '../../errors.ts';
import { callApi, type ApiAnswer } from '../http.ts';
import type { Persona } from '../sample/persona.ts';
import { personaOf, SAMPLE_CREDITORS } from '../sample/portfolio.ts';
import { callOf, type Act, type StaffKeys } from './act.ts';
import { answerMessage, payFromMessage } from './by-message.ts';
import { actsOf } from './life.ts';

export interface ScriptedWorld {
  readonly ctx: RegisterContext;
  readonly apiUrl: string;
  readonly adminKey: string;
  /** Where the messages are that they got; without it nobody answers one, and nobody pays by a link. */
  readonly providerUrl?: string;
}

/**
 * The scripted people of the sample. Supervisor and lawyer get keys of their own, derived from the admin's: two
 * approvals need two keys, and a restart finds the same ones.
 */
export function createDebtors({ ctx, apiUrl, adminKey, providerUrl }: ScriptedWorld): Actor {
  let made: Promise<StaffKeys> | null = null;
  return new ScriptedPeople({ db: ctx.db, apiUrl, providerUrl: providerUrl ?? null, log: ctx.log, keys: () => (made ??= staffKeys(ctx, adminKey)) });
}

async function staffKeys(ctx: RegisterContext, admin: string): Promise<StaffKeys> {
  const secretOf = (role: string): string => `pacto_${role}_${createHmac('sha256', admin).update(role).digest('base64url')}`;
  const [supervisor, lawyer] = [secretOf('supervisor'), secretOf('lawyer')];
  await addKey(ctx, { name: 'sandbox supervisor', role: 'supervisor', creditorId: null, secret: supervisor });
  await addKey(ctx, { name: 'sandbox lawyer', role: 'lawyer', creditorId: null, secret: lawyer });
  return { admin, supervisor, lawyer };
}

export interface DebtorsOptions {
  readonly db: Db;
  readonly apiUrl: string;
  readonly providerUrl: string | null;
  /** Keys of whoever acts; asked for at the first act. */
  readonly keys: () => Promise<StaffKeys>;
  readonly log: Logger;
}

interface Known {
  readonly facts: number;
  readonly persona: Persona;
  readonly loaded: LoadedAgreement;
}

const LANES = 6;
const HOUR = 3_600_000;

/** Reads the facts when something happened, and otherwise answers from what it read last. */
export class ScriptedPeople implements Actor {
  readonly name = 'scripted debtors';
  readonly patienceMs = 20 * 60_000;
  readonly #options: DebtorsOptions;
  readonly #known = new Map<string, Known>();
  /** Acts that the API refused: they are not tried again before the instant given. */
  readonly #put = new Map<string, number>();
  #stamp = '';
  #acts: readonly Act[] = [];

  constructor(options: DebtorsOptions) {
    this.#options = options;
  }

  async next(): Promise<number | null> {
    await this.#refresh();
    const instants = this.#open().map((act) => Math.max(act.at, this.#put.get(act.id) ?? 0));
    return instants.length === 0 ? null : Math.min(...instants);
  }

  async run(now: number): Promise<void> {
    await this.#refresh();
    const due = this.#open().filter((act) => act.at <= now && (this.#put.get(act.id) ?? 0) <= now).sort((a, b) => a.at - b.at);
    const queue = [...Map.groupBy(due, (act) => act.agreementId).values()];
    const lane = async (): Promise<void> => {
      for (let acts = queue.shift(); acts !== undefined; acts = queue.shift()) for (const act of acts) await this.#do(act, now);
    };
    await Promise.all(Array.from({ length: Math.min(LANES, queue.length) }, lane));
  }

  #open(): readonly Act[] {
    return this.#acts.filter((act) => this.#put.get(act.id) !== Infinity);
  }

  async #do(act: Act, now: number): Promise<void> {
    const { log } = this.#options;
    const scope = { agreementId: act.agreementId, act: act.kind };
    try {
      const answer = await this.#carryOut(act);
      // What is done shows in the facts; until it does, it must not be done again at once.
      this.#put.set(act.id, now + HOUR);
      // An answer, or a payment that the bank confirms tomorrow, must not be repeated until then.
      if (act.kind === 'answer' || act.kind === 'payByLink') this.#put.set(act.id, Infinity);
      if (answer.status < 400) return;
      const forGood = answer.status < 500 && answer.status !== 429;
      if (forGood) this.#put.set(act.id, Infinity);
      log.warn({ ...scope, status: answer.status, code: answer.code }, 'a scripted act was refused');
    } catch (error) {
      this.#put.set(act.id, now + HOUR);
      log.warn({ ...scope, err: error }, 'a scripted act did not reach the API');
    }
  }

  async #carryOut(act: Act): Promise<Pick<ApiAnswer, 'status' | 'code'>> {
    const { apiUrl, providerUrl, keys } = this.#options;
    if (act.kind !== 'answer' && act.kind !== 'payByLink') return callApi(apiUrl, callOf(act, await keys()));
    if (providerUrl === null) throw new AppError('ERR_INTERNAL', 'There are no messages to act on.');
    const status = await (act.kind === 'answer' ? answerMessage(providerUrl, act.attempt, act.body) : payFromMessage(providerUrl, act.attempt, act.bank));
    return { status, code: null };
  }

  async #refresh(): Promise<void> {
    const { db, providerUrl } = this.#options;
    const stamp = await happeningsStamp(db);
    if (stamp === this.#stamp) return;
    await this.#reload(db);
    const [calls, cases, surveys, links] = await Promise.all([openCalls(db), openCases(db), invitedSurveys(db), providerUrl === null ? [] : openPaymentLinks(db)]);
    this.#acts = [...this.#known].flatMap(([agreementId, { persona, loaded }]) => actsOf({
      persona, agreementId, personId: loaded.row.person_id, state: loaded.state,
      call: calls.find((call) => call.agreementId === agreementId),
      case: cases.find((open) => open.agreementId === agreementId),
      survey: surveys.find((survey) => survey.agreementId === agreementId),
      ...(providerUrl === null ? {} : { post: { link: links.find((link) => link.agreementId === agreementId) } }),
    }));
    this.#stamp = stamp;
  }

  /** Folds anew only the agreements that have new facts. */
  async #reload(db: Db): Promise<void> {
    const counts = await factCounts(db, SAMPLE_CREDITORS.map(({ id }) => id));
    const changed = counts.flatMap((count) => {
      const persona = personaOf(count.creditorId, count.externalId);
      return persona === undefined || this.#known.get(count.agreementId)?.facts === count.facts ? [] : [{ ...count, persona }];
    });
    const loaded = new Map((await loadStates(db, changed.map(({ agreementId }) => agreementId))).map((one) => [one.row.id, one]));
    for (const { agreementId, facts, persona } of changed) {
      const agreement = loaded.get(agreementId);
      if (agreement) this.#known.set(agreementId, { facts, persona, loaded: agreement });
    }
  }
}
