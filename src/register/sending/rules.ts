/** What keeps a message back besides the law, in the words of the timeline. */
import { explainRule } from '../../contact-law/explain.ts';
import type { EntryText } from '../timeline.ts';

/** `retry` rules end by themselves or by a person's hand, so the step waits; the others end the step. */
export const GATE_RULES = {
  'sending-off': { retry: true, es: 'Los envíos están apagados en esta instalación.', en: 'Sending is switched off in this installation.' },
  'sending-allowlist': { retry: true, es: 'El destino no está en la lista de prueba.', en: 'The recipient is not on the allowlist.' },
  'sending-stopped': { retry: true, es: 'Los envíos están detenidos de emergencia.', en: 'Sending is stopped.' },
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

export function isGateRule(rule: string): rule is GateRule {
  return Object.hasOwn(GATE_RULES, rule);
}

/** The sentence of a rule of ours or of the law, with where the law stands written. */
export function wordsOf(rule: string): EntryText {
  if (isGateRule(rule)) return { es: GATE_RULES[rule].es, en: GATE_RULES[rule].en };
  const { es, en, cite } = explainRule(rule);
  return cite === '-' || cite.startsWith('house rule') ? { es, en } : { es: `${es} [${cite}]`, en: `${en} [${cite}]` };
}

/** The sentences of several rules, one after the other. */
export function sentencesOf(rules: readonly string[]): EntryText {
  const words = rules.map(wordsOf);
  return { es: words.map(({ es }) => es).join(' '), en: words.map(({ en }) => en).join(' ') };
}
