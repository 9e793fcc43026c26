/** What keeps a step back besides the law, answers it or ends it, in the words of the timeline. */
import { explainRule, messageQuotasOf } from '../../contact-law/explain.ts';
import type { EntryText } from '../timeline.ts';

/** `retry` rules end by themselves or by a person's hand, so the step waits; the others end the step. */
export const GATE_RULES = {
  'sending-off': { retry: true, es: 'Los envíos están apagados en esta instalación.', en: 'Sending is switched off in this installation.' },
  'sending-allowlist': { retry: true, es: 'El destino no está en la lista de prueba.', en: 'The recipient is not on the allowlist.' },
  'sending-stopped': { retry: true, es: 'Los envíos están detenidos de emergencia.', en: 'Sending is stopped.' },
  'doubtful-person': { retry: true, es: 'La persona podría estar registrada también de otra forma: falta que alguien lo decida.', en: 'The person may be known under another record: somebody has to decide.' },
  'sooner-deadline': { retry: true, es: 'La cuota legal de contactos está en uso: hay un plazo que vence antes.', en: 'The legal contact quota is in use: another deadline comes first.' },
  // Says nothing of whose turn it is: a creditor never learns of another.
  turn: { retry: true, es: 'La cuota legal de contactos de la persona está en uso.', en: "The person's legal contact quota is in use." },
  'no-provider': { retry: false, es: 'No hay proveedor para este canal.', en: 'There is no provider for this channel.' },
  'no-contact-point': { retry: false, es: 'No hay un destino válido para este canal.', en: 'There is no valid contact point for this channel.' },
  'no-template': { retry: false, es: 'No hay un texto publicado para este paso.', en: 'No text is published for this step.' },
  'template-error': { retry: false, es: 'El texto de este paso no se pudo componer.', en: 'The text of this step could not be rendered.' },
  // Followed by the rules that it would break, each with its source.
  'text-forbidden': { retry: false, es: 'El texto de este paso no puede salir en el lugar de la persona:', en: "The text of this step may not leave at the person's place:" },
  'provider-unavailable': { retry: true, es: 'El proveedor no responde.', en: 'The provider does not answer.' },
  'no-channel-left': { retry: false, es: 'No queda otro canal para este paso.', en: 'No other channel is left for this step.' },
  'survey-over': { retry: false, es: 'La encuesta ya no corresponde.', en: 'The survey is no longer wanted.' },
} as const satisfies Record<string, { retry: boolean } & EntryText>;

export type GateRule = keyof typeof GATE_RULES;

/** What else an entry or an explanation names: how a step was answered, why it ended, what a pre-legal case still lacks. */
export const STEP_RULES = {
  'one-message': { es: 'Lo que coincide con el mismo acreedor va en un solo mensaje.', en: 'What falls together with one creditor goes into one message.' },
  'one-call': { es: 'Una sola llamada trata todos los acuerdos con el mismo acreedor.', en: 'One call is about all agreements with one creditor.' },
  'sibling-call': { es: 'Ya hay una llamada agendada por otro acuerdo con el mismo acreedor.', en: 'A call is booked about another agreement with the same creditor.' },
  'no-agent-slot': { es: 'No hay un gestor libre en un horario permitido.', en: 'No agent is free at a lawful time.' },
  expired: { es: 'El paso venció antes de poder actuar.', en: 'The step expired before it could act.' },
  step: { es: 'La estrategia ya no tiene este paso.', en: 'The strategy has this step no more.' },
  minOverdue: { es: 'Lo atrasado no alcanza el mínimo del paso.', en: "What is overdue is less than the step's least amount." },
  noticesDelivered: { es: 'Faltan avisos entregados.', en: 'Not enough notices were delivered yet.' },
  callAttempts: { es: 'Faltan intentos de llamada.', en: 'Not enough calls were tried yet.' },
  noDispute: { es: 'Hay una disputa abierta.', en: 'A dispute is open.' },
  noOpenPromise: { es: 'Hay un compromiso de pago vigente.', en: 'A promise to pay is open.' },
} as const satisfies Record<string, EntryText>;

export type StepRule = keyof typeof STEP_RULES;

function isStepRule(rule: string): rule is StepRule {
  return Object.hasOwn(STEP_RULES, rule);
}

export function isGateRule(rule: string): rule is GateRule {
  return Object.hasOwn(GATE_RULES, rule);
}

/** The sentence of a rule of ours or of the law, with where the law stands written. */
export function wordsOf(rule: string): EntryText {
  if (isGateRule(rule)) return { es: GATE_RULES[rule].es, en: GATE_RULES[rule].en };
  if (isStepRule(rule)) return STEP_RULES[rule];
  const { es, en, cite } = explainRule(rule);
  return cite === '-' || cite.startsWith('house rule') ? { es, en } : { es: `${es} [${cite}]`, en: `${en} [${cite}]` };
}

/** Gate rules behind which a quota of the law stands. */
const QUOTA_IN_USE: ReadonlySet<string> = new Set<GateRule>(['turn', 'sooner-deadline']);

/** Which quotas a message waits for that is not its turn, with their sources; empty when no quota is what keeps it. */
export function quotaWords(rules: readonly string[], policyVersion: string): EntryText {
  const quotas = rules.some((rule) => QUOTA_IN_USE.has(rule)) ? messageQuotasOf(policyVersion) : [];
  if (quotas.length === 0) return { es: '', en: '' };
  const named = quotas.map(({ id, cite }) => (cite.startsWith('house rule') ? id : `${id} [${cite}]`)).join(', ');
  return { es: `Cuotas del lugar: ${named}.`, en: `Quotas of the place: ${named}.` };
}

/** The sentences of several rules, one after the other. */
export function sentencesOf(rules: readonly string[]): EntryText {
  const words = rules.map(wordsOf);
  return { es: words.map(({ es }) => es).join(' '), en: words.map(({ en }) => en).join(' ') };
}
