/** What the timeline says of a fact when its writer says nothing of its own: es and en, amounts and dates only, no person. */
import type { AgreementEvent, AgreementState } from '../domain/agreement.ts';
import { formatMinor } from '../domain/money.ts';
import { localDate } from '../domain/zone.ts';
import { sentencesOf } from './sending/rules.ts';
import type { EntryText } from './timeline.ts';

export interface FactEntry {
  readonly kind: string;
  readonly channel?: string;
  readonly outcome?: string;
  readonly rules?: readonly string[];
  readonly text: EntryText;
}

/** The default entry of a fact. */
export function timelineOf(event: AgreementEvent, state: AgreementState): FactEntry {
  return { kind: event.kind, ...detailOf(event), text: textOf(event, state) };
}

function detailOf(event: AgreementEvent): { channel?: string; outcome?: string; rules?: readonly string[] } {
  switch (event.kind) {
    case 'stepResult':
      return {
        ...(event.channel === undefined ? {} : { channel: event.channel }), outcome: event.result,
        ...(event.rules === undefined ? {} : { rules: event.rules }),
      };
    case 'contactResult': return { outcome: event.result };
    case 'deliveryFailed': return { channel: event.channel, outcome: 'undelivered' };
    case 'callOutcome': return { channel: event.channel, outcome: event.outcome };
    case 'promiseMade': return { channel: event.channel };
    case 'callbackClosed': case 'preLegalClosed': return { outcome: event.result };
    case 'resolved': return { outcome: event.outcome };
    case 'replyReceived': return { outcome: event.class };
    default: return {};
  }
}

function textOf(event: AgreementEvent, state: AgreementState): EntryText {
  return moneyText(event, state) ?? contactText(event, state) ?? standingText(event, state);
}

function moneyText(event: AgreementEvent, { terms }: AgreementState): EntryText | null {
  const money = (minor: number): string => formatMinor(minor, terms.currency);
  switch (event.kind) {
    case 'paymentBooked':
      if (event.beforePacto === true) return { es: `Pago anterior al seguimiento, importado: ${money(event.amountMinor)}.`, en: `Payment from before, imported: ${money(event.amountMinor)}.` };
      return { es: `Pago registrado: ${money(event.amountMinor)}.`, en: `Payment booked: ${money(event.amountMinor)}.` };
    case 'paymentReversed': return { es: 'Pago revertido: lo que cubría queda pendiente otra vez.', en: 'Payment reversed: what it covered is owed again.' };
    case 'promiseMade':
      return {
        es: `Compromiso de pago: ${money(event.amountMinor)} para el ${event.dueOn}.`,
        en: `Promise to pay: ${money(event.amountMinor)} by ${event.dueOn}.`,
      };
    case 'renegotiated': {
      const total = money(event.instalments.reduce((sum, instalment) => sum + instalment.amountMinor, 0));
      return {
        es: `Plan renegociado (versión ${event.version}): ${event.instalments.length} cuotas por ${total}.`,
        en: `Plan renegotiated (version ${event.version}): ${event.instalments.length} instalments, ${total} in total.`,
      };
    }
    case 'chargeAdded': return { es: `Cargo agregado: ${money(event.amountMinor)}.`, en: `Charge added: ${money(event.amountMinor)}.` };
    default: return null;
  }
}

function contactText(event: AgreementEvent, { terms }: AgreementState): EntryText | null {
  switch (event.kind) {
    case 'stepResult': return stepText(event);
    case 'contactResult':
      return { es: `Resultado del envío confirmado: ${RESULTS_ES[event.result]}.`, en: `Outcome of the contact settled: ${event.result}.` };
    case 'deliveryFailed': return { es: `El mensaje por ${event.channel} no fue entregado.`, en: `The ${event.channel} message was not delivered.` };
    case 'callbackBooked': {
      const day = localDate(terms.zone, event.from);
      return { es: `Llamada de un gestor agendada para el ${day}.`, en: `Agent callback booked for ${day}.` };
    }
    case 'callbackClosed':
      return event.result === 'missed'
        ? { es: 'La llamada agendada no se realizó.', en: 'The booked callback was missed.' }
        : { es: 'La llamada agendada fue cancelada.', en: 'The booked callback was cancelled.' };
    case 'callOutcome':
      return {
        es: `Resultado de ${CONTACTS_ES[event.channel]}: ${event.outcome}.`,
        en: `Outcome of a ${event.channel} by a person: ${event.outcome}.`,
      };
    case 'replyReceived': return { es: `Respuesta recibida, clasificada como ${event.class}.`, en: `Reply received, classed as ${event.class}.` };
    case 'surveyStarted': return { es: 'Encuesta de satisfacción creada.', en: 'Satisfaction survey created.' };
    default: return null;
  }
}

const CONTACTS_ES = { call: 'la llamada', visit: 'la visita', letter: 'la carta' } as const;
const RESULTS_ES = {
  sent: 'enviado', covered: 'incluido en otro mensaje', deferred: 'aplazado', refused: 'no permitido', undeliverable: 'sin destino válido',
  unknown: 'desconocido', skipped: 'omitido', failed: 'fallido',
} as const;

function stepText(event: Extract<AgreementEvent, { kind: 'stepResult' }>): EntryText {
  const steps = event.occurrences.map((key) => key.split('/')[0]).join(', ');
  const until = event.until === undefined ? '' : new Date(event.until).toISOString().slice(0, 16).replace('T', ' ');
  const why = sentencesOf(event.rules ?? []);
  return {
    es: `Paso ${steps}: ${RESULTS_ES[event.result]}${event.result === 'deferred' && until !== '' ? ` hasta ${until} UTC` : ''}.${why.es === '' ? '' : ` ${why.es}`}`,
    en: `Step ${steps}: ${event.result}${event.result === 'deferred' && until !== '' ? ` until ${until} UTC` : ''}.${why.en === '' ? '' : ` ${why.en}`}`,
  };
}

/** Facts that change where the agreement stands. Reasons are free text of users, so they are left out: they may name people. */
function standingText(event: AgreementEvent, { terms }: AgreementState): EntryText {
  switch (event.kind) {
    case 'optedOut': return { es: `Baja registrada (${SCOPES_ES[event.scope]}).`, en: `Opt-out registered (${event.scope}).` };
    case 'optedIn': return { es: `Alta registrada (${SCOPES_ES[event.scope]}).`, en: `Opt-in registered (${event.scope}).` };
    case 'held': {
      const day = localDate(terms.zone, event.until);
      return { es: `Gestión en pausa hasta el ${day}.`, en: `On hold until ${day}.` };
    }
    case 'released': return { es: 'Pausa levantada.', en: 'Hold released.' };
    case 'disputed': return { es: 'Disputa abierta: la cobranza se detiene.', en: 'Dispute opened: collection stops.' };
    case 'resolved':
      return event.outcome === 'upheld' ? { es: 'Disputa resuelta: acogida.', en: 'Dispute resolved: upheld.' } : { es: 'Disputa resuelta: rechazada.', en: 'Dispute resolved: rejected.' };
    case 'strategyChanged':
      return {
        es: `Estrategia cambiada a ${event.strategy.id}, versión ${event.strategy.version}.`,
        en: `Strategy changed to ${event.strategy.id} version ${event.strategy.version}.`,
      };
    case 'stopRegistered': return { es: `Detención registrada: ${event.on}.`, en: `Stop registered: ${event.on}.` };
    case 'planBroken': return { es: 'El plan se da por terminado: se debe el saldo completo.', en: 'The plan fell: the whole balance is due.' };
    case 'preLegalOpened': return { es: 'Caso prejudicial abierto.', en: 'Pre-legal case opened.' };
    case 'preLegalClosed':
      return event.result === 'withdrawn' ? { es: 'Caso prejudicial retirado.', en: 'Pre-legal case withdrawn.' } : { es: 'Caso entregado a abogados.', en: 'Case handed over to lawyers.' };
    case 'cancelled': return terms.assignedOn === undefined ? { es: 'Acuerdo cancelado.', en: 'Agreement cancelled.' } : { es: 'Deuda retirada.', en: 'Debt withdrawn.' };
    default: return { es: `Hecho registrado: ${event.kind}.`, en: `Fact recorded: ${event.kind}.` };
  }
}

const SCOPES_ES = { all: 'todos los canales', sms: 'SMS', email: 'correo', call: 'llamadas' } as const;
