/** What the timeline says of a new plan: an offer that was accepted, a plan beyond the limits. Amounts and dates, no person. */
import type { PlanOffer } from '../../domain/negotiation-offers.ts';
import type { Breach } from '../../domain/negotiation.ts';
import { formatMinor } from '../../domain/money.ts';
import type { EntryText } from '../timeline.ts';

interface By {
  readonly by: 'debtor' | 'agent';
  readonly channel: 'page' | 'reply' | 'phone' | 'api';
}

const CHANNELS: Readonly<Record<By['channel'], EntryText>> = {
  page: { es: 'en su página', en: 'on the page' },
  reply: { es: 'por respuesta a un mensaje', en: 'by reply to a message' },
  phone: { es: 'por teléfono', en: 'by phone' },
  api: { es: 'por la API', en: 'through the API' },
};

/** The sentence of an accepted offer. */
export function acceptedText(plan: PlanOffer, version: number, { by, channel }: By, currency: string): EntryText {
  const what = planText(plan, currency);
  const how = CHANNELS[channel];
  const noted = by === 'agent' ? { es: ', registrada por un gestor', en: ', entered by an agent' } : { es: '', en: '' };
  return {
    es: `Oferta aceptada ${how.es}${noted.es} (versión ${version}): ${what.es}.`,
    en: `Offer accepted ${how.en}${noted.en} (version ${version}): ${what.en}.`,
  };
}

function planText({ kind, instalments, discountMinor }: PlanOffer, currency: string): EntryText {
  const total = formatMinor(instalments.reduce((sum, { amountMinor }) => sum + amountMinor, 0), currency);
  const first = instalments[0];
  const day = first?.dueOn ?? '';
  switch (kind) {
    case 'moveDate': {
      const amount = formatMinor(first?.amountMinor ?? 0, currency);
      return { es: `la próxima cuota, de ${amount}, pasa al ${day}`, en: `the next instalment, ${amount}, moves to ${day}` };
    }
    case 'newPlan':
      return instalments.length === 1
        ? { es: `un pago de ${total} el ${day}`, en: `one payment of ${total} on ${day}` }
        : { es: `${instalments.length} cuotas por ${total}, la primera el ${day}`, en: `${instalments.length} instalments, ${total} in total, the first on ${day}` };
    case 'payNow': {
      const discount = formatMinor(discountMinor, currency);
      return {
        es: `pago de ${total} hasta el ${day} con un descuento de ${discount}, que se pierde si no se paga en esa fecha`,
        en: `payment of ${total} by ${day} with a discount of ${discount}, which is lost when that date is missed`,
      };
    }
  }
}

const BOUNDS: Readonly<Record<Breach['bound'], EntryText>> = {
  state: { es: 'estado', en: 'state' },
  balance: { es: 'suma distinta del saldo', en: 'sum other than the balance' },
  pastDate: { es: 'fecha pasada', en: 'a date in the past' },
  maxGapDays: { es: 'días entre cuotas', en: 'days between instalments' },
  maxDiscountPercent: { es: 'descuento', en: 'discount' },
  maxExtensionDays: { es: 'días de extensión', en: 'days of extension' },
  minInstalmentMinor: { es: 'cuota mínima', en: 'smallest instalment' },
  maxInstalments: { es: 'número de cuotas', en: 'number of instalments' },
  firstDueWithinDays: { es: 'primera fecha', en: 'first date' },
  coolDownDays: { es: 'espera entre renegociaciones', en: 'wait between renegotiations' },
  maxRenegotiations: { es: 'número de renegociaciones', en: 'number of renegotiations' },
};

/** The sentence of a plan that a supervisor let pass. */
export function overrideText(bounds: readonly Breach['bound'][], version: number, count: number, total: string): EntryText {
  const [es, en] = [bounds.map((bound) => BOUNDS[bound].es).join(', '), bounds.map((bound) => BOUNDS[bound].en).join(', ')];
  return {
    es: `Plan renegociado (versión ${version}): ${count} cuotas por ${total}, fuera de los límites del acreedor (${es}), autorizado por supervisión.`,
    en: `Plan renegotiated (version ${version}): ${count} instalments, ${total} in total, beyond the creditor's limits (${en}), allowed by a supervisor.`,
  };
}
