/** Why an agreement stands where it stands, and what comes next: the core's decision and the law's, in words. */
import { evaluate } from '../contact-law/evaluate.ts';
import { explainRule } from '../contact-law/explain.ts';
import type { LawChannel, LawDecision, Purpose } from '../contact-law/policy.ts';
import type { AgreementState, Occurrence, Phase, WaitReason } from '../domain/agreement.ts';
import { decide, missingRequirements, nextStep } from '../domain/decide.ts';
import { dutyStandings } from '../domain/duty.ts';
import { formatMinor } from '../domain/money.ts';
import { putOffOf } from '../domain/put-off.ts';
import { overdueAt, viewOf } from '../domain/view.ts';
import { HOUR, localDate, localMinuteOfDay } from '../domain/zone.ts';
import type { Actor } from './actor.ts';
import type { RegisterContext } from './person-lock.ts';
import { policiesInForce } from './policies.ts';
import { loadState, type LoadedAgreement } from './rebuild.ts';
import { resolveAgreement } from './resolve.ts';
import { pointFor } from './sending/gate.ts';
import { wordsOf as ruleInWords, type GateRule } from './sending/rules.ts';
import { senderOf } from './sending/sender.ts';
import { isStopped, readStop, type SendingStop } from './sending/stop.ts';
import { lawCaseFor, readSubject, type LawSubject } from './sending/law-subject.ts';
import type { EntryText } from './timeline.ts';

export interface NextInLaw {
  readonly step: string;
  /** When the strategy wants it, RFC 3339. */
  readonly at: string;
  /** When the law allows it at the earliest as far as is known now; null: not at all, as things stand. */
  readonly earliestLawfulAt: string | null;
  /** Rules that keep it from leaving at `at`, as things stand now. */
  readonly rules: readonly string[];
  /** Of all that keeps it back the rule that is the last to let it through; null when it comes on its own day and may leave then. */
  readonly binding: string | null;
  /** Rules that put it off to `at` when it was last tried. */
  readonly putOffBy: readonly string[];
}

export interface Explanation {
  readonly phase: Phase;
  readonly next: NextInLaw | null;
  readonly text: EntryText;
}

/** Explains an agreement; names no person, no address and no other creditor. */
export async function explain(ctx: RegisterContext, actor: Actor, ref: string): Promise<Explanation> {
  const row = await resolveAgreement(ctx, actor, ref);
  const loaded = await loadState(ctx.db, row.id);
  const now = await ctx.clock.now();
  const next = await nextOf(ctx, loaded, now);
  const { phase } = viewOf(loaded.state);
  return { phase, next, text: join([...standing(loaded.state, now), ...dutyLines(loaded.state, now), ...coming(loaded.state, next, now)]) };
}

async function nextOf(ctx: RegisterContext, { row, state }: LoadedAgreement, now: number): Promise<NextInLaw | null> {
  const next = nextStep(state, now);
  if (next === null) return null;
  const at = new Date(next.at).toISOString();
  if (next.occurrence.do === 'preLegal') {
    const rules = missingRequirements(state, next.occurrence, next.at);
    return { step: next.step, at, earliestLawfulAt: at, rules, binding: rules[0] ?? null, putOffBy: [] };
  }
  const subject = await readSubject(ctx.db, row, now);
  const lawful = earliest(subject, next.occurrence, next.at);
  const putOffBy = putOffOf(state, next.occurrence, now)?.rules ?? [];
  const stopped = isStoppedFor(await readStop(ctx.db), subject, next.occurrence) ? [STOPPED] : subject.doubtful ? [DOUBTFUL] : [];
  return {
    step: next.step, at, earliestLawfulAt: lawful.at === null ? null : new Date(lawful.at).toISOString(), rules: [...stopped, ...lawful.rules],
    binding: stopped[0] ?? lawful.binding ?? putOffBy[0] ?? null, putOffBy,
  };
}

const STOPPED: GateRule = 'sending-stopped';
const DOUBTFUL: GateRule = 'doubtful-person';

/** Whether the emergency stop holds back every channel of the step: it has no date, so it binds whatever the law says. */
function isStoppedFor(stop: SendingStop, { creditor }: LawSubject, { do: action, channels }: Occurrence): boolean {
  return action !== 'callback' && channels.length > 0 && channels.every((channel) => isStopped(stop, creditor.id, channel, senderOf(creditor, channel).id));
}

const NO_POINT = 'no-contact-point';

interface Earliest {
  readonly at: number | null;
  readonly rules: readonly string[];
  readonly binding: string | null;
}

/** The first of the step's channels that may be used at `at`; else the one that may be used soonest. */
function earliest(subject: LawSubject, occurrence: Occurrence, at: number): Earliest {
  const policies = policiesInForce();
  const channels: readonly LawChannel[] = occurrence.do === 'callback' ? ['call'] : occurrence.channels;
  const purpose: Purpose = occurrence.do === 'survey' ? 'survey' : occurrence.purpose;
  const asked = channels.map((channel) => {
    const judged = (when: number): LawDecision => evaluate(policies, lawCaseFor(policies, subject, channel, purpose, when));
    const decision = judged(at);
    const reachable = channel === 'sms' || channel === 'email' ? pointFor(subject.points, channel) !== undefined : true;
    const lawful = reachable ? instantOf(decision, at) : null;
    const rules = reachable || decision.rules.length > 0 ? decision.rules : [NO_POINT];
    return { at: lawful, rules, binding: bindingOf(rules, judged, at, lawful ?? at) };
  });
  const possible = asked.filter((one) => one.at !== null).sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const [first] = asked;
  return possible[0] ?? { at: null, rules: [...new Set(asked.flatMap(({ rules }) => rules))], binding: first?.binding ?? null };
}

function instantOf(decision: LawDecision, at: number): number | null {
  return decision.decision === 'allow' ? at : decision.notBefore ?? null;
}

/**
 * The rule that is the last to let it through once. Not the one that fails in the last minute before it is lawful: that
 * is nearly always the night, whatever quota it was that took the days.
 */
function bindingOf(rules: readonly string[], judged: (at: number) => LawDecision, at: number, lawful: number): string | null {
  let open = rules;
  for (let when = at + HOUR; when < lawful && open.length > 1; when += HOUR) {
    const failing = judged(when).rules;
    const left = open.filter((rule) => failing.includes(rule));
    if (left.length === 0) break;
    open = left;
  }
  return open[0] ?? null;
}

const PHASES: Readonly<Record<Phase, EntryText>> = {
  active: { es: 'El acuerdo está vigente.', en: 'The agreement is active.' },
  broken: { es: 'El plan se dio por terminado: se debe el saldo completo.', en: 'The plan fell: the whole balance is due.' },
  preLegal: { es: 'Hay un caso prejudicial.', en: 'There is a pre-legal case.' },
  settled: { es: 'El acuerdo está pagado.', en: 'The agreement is settled.' },
  closed: { es: 'El acuerdo está cerrado.', en: 'The agreement is closed.' },
};

/** Of a debt that has no agreement yet. */
const DEBT_PHASES: Readonly<Partial<Record<Phase, EntryText>>> = {
  active: { es: 'La deuda está asignada y todavía no tiene acuerdo.', en: 'The debt is assigned and has no agreement yet.' },
  settled: { es: 'La deuda está pagada.', en: 'The debt is paid.' },
  closed: { es: 'La deuda ya no se sigue.', en: 'The debt is not followed any more.' },
};

function standing(state: AgreementState, now: number): EntryText[] {
  const view = viewOf(state);
  const { overdue, overdueMinor, daysPastDue } = overdueAt(state, now);
  const money = (minor: number): string => formatMinor(minor, state.terms.currency);
  const lines = [(state.terms.assignedOn === undefined ? undefined : DEBT_PHASES[view.phase]) ?? PHASES[view.phase]];
  if (view.balanceMinor > 0) lines.push({ es: `Saldo: ${money(view.balanceMinor)}.`, en: `Balance: ${money(view.balanceMinor)}.` });
  if (overdue) {
    lines.push({
      es: `Atrasado: ${money(overdueMinor)}, ${daysPastDue} días desde el vencimiento más antiguo.`,
      en: `Overdue: ${money(overdueMinor)}, ${daysPastDue} days since the oldest due date.`,
    });
  }
  if (view.creditMinor > 0) lines.push({ es: `Saldo a favor: ${money(view.creditMinor)}.`, en: `Credit: ${money(view.creditMinor)}.` });
  return lines;
}

/** What the law obliges to do about what is unpaid, and how it stands. */
function dutyLines(state: AgreementState, now: number): EntryText[] {
  return dutyStandings(state, now).filter(({ status }) => status !== 'fulfilled').map(({ rule, cite, instalment, status, until }) => {
    const { es, en } = explainRule(rule);
    const day = localDate(state.terms.zone, until - 1);
    const about = instalment === null ? { es: '', en: '' } : { es: `, cuota ${instalment}`, en: `, instalment ${instalment}` };
    return status === 'missed'
      ? { es: `Obligación legal no cumplida (${rule}, ${cite}${about.es}; plazo ${day}): ${es}`, en: `Duty of the law missed (${rule}, ${cite}${about.en}; until ${day}): ${en}` }
      : { es: `Obligación legal pendiente hasta el ${day} (${rule}, ${cite}${about.es}): ${es}`, en: `Duty of the law to be done by ${day} (${rule}, ${cite}${about.en}): ${en}` };
  });
}

const WAITS: Readonly<Partial<Record<WaitReason, EntryText>>> = {
  hold: { es: 'La gestión está en pausa.', en: 'It is on hold.' },
  dispute: { es: 'Hay una disputa abierta: la cobranza está detenida.', en: 'A dispute is open: collection is stopped.' },
  promise: { es: 'Hay un compromiso de pago vigente.', en: 'A promise to pay is open.' },
  preLegal: { es: 'Mientras el caso prejudicial está abierto no se envían cobros.', en: 'While the pre-legal case is open no collection contact leaves.' },
  stopped: { es: 'Hay una detención registrada: no se contacta.', en: 'A stop is registered: no contact.' },
  requirements: { es: 'Faltan requisitos para el paso siguiente.', en: 'Requirements of the next step are not met yet.' },
  unknownOutcome: { es: 'Se espera el resultado de un envío.', en: 'The outcome of a message is awaited.' },
  callback: { es: 'Hay una llamada de un gestor agendada.', en: "An agent's call is booked." },
  strategyCap: { es: 'La estrategia no permite otro contacto por ahora.', en: 'The strategy allows no further contact for now.' },
};

function coming(state: AgreementState, next: NextInLaw | null, now: number): EntryText[] {
  const decision = decide(state, now);
  const why = decision.kind === 'wait' ? WAITS[decision.why] : undefined;
  const lines = why === undefined ? [] : [why];
  if (next === null) return [...lines, { es: 'No hay pasos por delante; solo un hecho nuevo puede cambiarlo.', en: 'No step lies ahead; only a new fact can change that.' }];
  const { zone } = state.terms;
  const wanted = Date.parse(next.at);
  lines.push({ es: `Próximo paso: ${next.step}, ${wordsOf(zone, wanted)}.`, en: `Next step: ${next.step}, ${wordsOf(zone, wanted)}.` });
  const lawful = next.earliestLawfulAt === null ? null : Date.parse(next.earliestLawfulAt);
  if (lawful === null) lines.push({ es: 'Tal como están las cosas no está permitido.', en: 'As things stand it is not allowed.' });
  else if (lawful > wanted) lines.push({ es: `Permitido desde ${wordsOf(zone, lawful)}.`, en: `Allowed from ${wordsOf(zone, lawful)}.` });
  lines.push(...next.rules.map(ruleInWords));
  const before = next.putOffBy.filter((rule) => !next.rules.includes(rule)).map(ruleInWords);
  if (before.length > 0) lines.push({ es: 'Antes fue aplazado:', en: 'It was put off before:' }, ...before);
  if (next.binding !== null) lines.push({ es: `Regla que decide: ${next.binding}.`, en: `Binding rule: ${next.binding}.` });
  return lines;
}

/** Local date and time of the agreement's zone. */
function wordsOf(zone: string, at: number): string {
  const minute = localMinuteOfDay(zone, at);
  return `${localDate(zone, at)} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')} (${zone})`;
}

function join(lines: readonly EntryText[]): EntryText {
  return { es: lines.map((line) => line.es).join(' '), en: lines.map((line) => line.en).join(' ') };
}
