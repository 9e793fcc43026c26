/**
 * The fixed sentences of a language, kept out of the templates so that nobody can leave one out or reword it: a template
 * only names the block it needs. They are Liquid like the templates.
 */

export type BlockId = 'alreadyPaid' | 'notSeizure' | 'waysOut' | 'notYou' | 'stop';

export const BLOCK_IDS: readonly BlockId[] = ['alreadyPaid', 'notSeizure', 'waysOut', 'notYou', 'stop'];

export interface Phrases {
  readonly blocks: Readonly<Record<BlockId, string>>;
  /** What an unconfirmed contact point gets instead of a text that would tell of a debt. */
  readonly neutralSms: string;
  readonly neutralSubject: string;
  readonly greeting: string;
  readonly sender: string;
  readonly table: { readonly caption: string; readonly reference: string; readonly instalment: string; readonly dueOn: string; readonly amount: string; readonly total: string };
  /** `{ number, of }` of an instalment in words. */
  readonly instalment: (number: number, of: number) => string;
  readonly instalmentOf: (number: number, of: number) => string;
  /** What is owed besides the instalments: within a sentence, and in a table. */
  readonly besides: Readonly<Record<'charge' | 'lapsedDiscount', { readonly said: string; readonly listed: string }>>;
  /** Several of them in a few words, `total` null when they are in several currencies; `mixed` when not all are instalments. */
  readonly instalments: (count: number, total: string | null, mixed: boolean) => string;
  readonly scores: { readonly question: string; readonly labels: readonly [string, string, string, string, string] };
}

const ES: Phrases = {
  blocks: {
    alreadyPaid: 'Si ya pagó, no considere este mensaje.',
    notSeizure: 'Esta gestión no es un procedimiento destinado a embargar sus bienes.',
    waysOut: 'En esa página puede pagar, mover la fecha, pedir que le llamemos o avisarnos de un error. También puede responder este correo.',
    notYou: 'Si usted no es {{ firstName }}, responda NO SOY y no le escribiremos más.',
    stop: '{% if unsubscribeUrl %}Si no quiere recibir más correos: {{ unsubscribeUrl }}{% else %}Si no quiere recibir más correos, responda BAJA.{% endif %}',
  },
  neutralSms: 'Hola, tenemos un mensaje para {{ firstName }} de {{ firm }}. Véalo en {{ link }} . Si no es usted, responda NO SOY. BAJA para no recibir SMS.',
  neutralSubject: 'Un mensaje de {{ firm }} para {{ firstName }}',
  greeting: 'Hola {{ firstName }}:',
  sender: '{% if firm == creditorName %}Le escribe {{ firm }}.{% else %}Le escribe {{ firm }} por encargo de {{ creditorName }}.{% endif %}',
  table: { caption: 'Detalle', reference: 'Acuerdo', instalment: 'Cuota', dueOn: 'Vence', amount: 'Monto', total: 'Total' },
  instalment: (number) => (number === 0 ? 'el pago inicial' : `la cuota ${number}`),
  instalmentOf: (number, of) => (number === 0 ? 'Pago inicial' : `${number} de ${of}`),
  besides: {
    charge: { said: 'un cargo', listed: 'Cargo' },
    lapsedDiscount: { said: 'una diferencia', listed: 'Diferencia por descuento que ya no rige' },
  },
  instalments: (count, total, mixed) => `${count} ${mixed ? 'montos' : 'cuotas'}${total === null ? '' : ` por ${total}`}`,
  scores: { question: 'Elija un número:', labels: ['Muy malo', 'Malo', 'Ni bueno ni malo', 'Bueno', 'Muy bueno'] },
};

const BY_LANGUAGE: Readonly<Record<string, Phrases>> = { es: ES };

/** The fixed sentences for a locale; Spanish where there are none of its own. */
export function phrasesOf(locale: string): Phrases {
  return BY_LANGUAGE[locale.split('-')[0] ?? ''] ?? ES;
}
