/** What a reply brings about, in the words of the timeline and of the inbox. No word of the person stands here. */
import type { AnswerKind } from '../../text/reply-answer.ts';
import type { EntryText } from '../timeline.ts';

export const DID = {
  optedOut: { es: 'Se registró la baja.', en: 'The opt-out was registered.' },
  optedIn: { es: 'Se volvió a permitir el contacto por este medio.', en: 'Contact by this channel is allowed again.' },
  proofAwaited: { es: 'Dice que ya pagó: gestión en pausa hasta la fecha límite del comprobante.', en: 'Says that it is paid: on hold until the deadline for a proof.' },
  promised: { es: 'Se registró el compromiso de pago.', en: 'The promise to pay was registered.' },
  promiseStands: { es: 'Ya había un compromiso para esa fecha.', en: 'A promise for that date stood already.' },
  promiseRefused: { es: 'El compromiso pasa los límites del acreedor: lo ve un gestor.', en: "The promise passes the creditor's limits: an agent looks at it." },
  termsAsked: { es: 'Pide otras condiciones: lo ve un gestor; nada queda en pausa.', en: 'Asks for other terms: an agent looks at it; nothing is on hold.' },
  hardship: { es: 'Dice que no puede pagar: lo ve un gestor.', en: 'Says that payment is not possible: an agent looks at it.' },
  hardshipHeld: { es: 'Dice que no puede pagar: gestión en pausa y lo ve un gestor.', en: 'Says that payment is not possible: on hold, and an agent looks at it.' },
  callBooked: { es: 'Se agendó la llamada pedida.', en: 'The call that was asked for was booked.' },
  callWanted: { es: 'Pide una llamada y no hubo horario permitido y libre: lo ve un gestor.', en: 'Asks for a call and no lawful slot was free: an agent looks at it.' },
  callStands: { es: 'Pide una llamada y ya hay una agendada.', en: 'Asks for a call, and one is booked already.' },
  quarantined: { es: 'Dice ser otra persona: no se usa más este dato hasta revisarlo.', en: 'Says to be somebody else: this contact point is not used until somebody has looked.' },
  disputed: { es: 'Se abrió una disputa.', en: 'A dispute was opened.' },
  disputeStands: { es: 'Ya había una disputa abierta.', en: 'A dispute was open already.' },
  reviewHeld: { es: 'Informa un fallecimiento: gestión en pausa y lo revisa un gestor.', en: 'Tells of a death: on hold, and an agent looks into it.' },
  asked: { es: 'Pide ayuda.', en: 'Asks for help.' },
  nothing: { es: 'No hace falta hacer nada.', en: 'Nothing has to be done.' },
  forwarded: { es: 'Pasó a la bandeja de entrada: lo lee una persona.', en: 'It went to the inbox: a person reads it.' },
} as const satisfies Record<string, EntryText>;
export type Did = keyof typeof DID;

/** Why a reply lies in the inbox. */
export const INBOX_KINDS = [
  'unmatched', 'unsure', 'unverified', 'otherAddress', 'over', 'proof', 'promise', 'terms', 'hardship', 'callback', 'wrongPerson', 'dispute', 'deceased', 'optIn', 'unclear',
] as const;
export type InboxKind = (typeof INBOX_KINDS)[number];

export interface Done {
  readonly did: Did;
  /** Null: nobody has to look. */
  readonly inbox: InboxKind | null;
  readonly answer: AnswerKind | null;
}
