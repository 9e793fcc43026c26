/** What the law of each country wants said and unsaid, until the profiles of src/contact-law carry it as `content`. */
import type { ContentRule } from './content-rule.ts';

const ITEMS = ['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'] as const;

export const CONTENT_RULES: Readonly<Record<string, readonly ContentRule[]>> = {
  CL: [
    {
      id: 'CL-must', at: 'every', channels: ['email', 'letter', 'call', 'visit'], must: ITEMS, cite: 'Ley 19.496 (LPDC), art. 37 nos. 1-7',
      says: { es: 'Falta una de las informaciones que la ley exige al comienzo de toda gestión.', en: 'One of the items that the law wants at the start of every contact is missing.' },
    },
    {
      id: 'CL-must-sms', at: 'every', channels: ['sms', 'whatsapp'], must: ['detailLink'], cite: 'Ley 19.496 (LPDC), art. 37 nos. 1-7',
      says: { es: 'Un SMS dice lo exigido por la ley con el enlace al detalle.', en: 'An SMS says what the law wants by its link to the details.' },
    },
    {
      id: 'CL-mustnot', at: 'every', mustNot: ['judicialLook', 'judicialMention', 'unfiledSuit', 'creditBureau', 'thirdPartyDisclosure'], cite: 'Ley 19.496 (LPDC), art. 37',
      says: { es: 'El texto alude a un juicio, a un registro de morosos o a terceros.', en: 'The text refers to a lawsuit, a credit registry or third parties.' },
    },
  ],
  CO: [
    {
      id: 'CO-why', at: 'every', mustNot: ['askReasonForDefault'], cite: 'Ley 2300 de 2023, art. 7',
      says: { es: 'No se pregunta por el motivo del incumplimiento.', en: 'The reason for the default may not be asked.' },
    },
  ],
  MX: [
    {
      id: 'MX-id', at: 'first', must: ['firm', 'agentName', 'address', 'phone', 'lender', 'contract', 'amount'], cite: 'CONDUSEF, DOF 2014-10-07',
      says: { es: 'En el primer contacto falta quién escribe, por cuenta de quién, el contrato o el monto.', en: 'The first contact does not say who writes, for whom, the contract or the amount.' },
    },
    {
      id: 'MX-not', at: 'every', mustNot: ['judicialLook', 'publicBodyName', 'threat', 'payToCollector'], cite: 'CONDUSEF, DOF 2014-10-07',
      says: { es: 'El texto parece oficial, amenaza o pide pagar al cobrador.', en: 'The text looks official, threatens, or asks to pay the collector.' },
    },
  ],
  PE: [
    {
      id: 'PE-not', at: 'every', mustNot: ['judicialLook', 'thirdPartyDisclosure'], cite: 'Ley 29571, art. 62.a y f',
      says: { es: 'El texto parece una notificación judicial o revela la deuda a terceros.', en: 'The text looks like a court notice or reveals the debt to third parties.' },
    },
  ],
  AR: [
    {
      id: 'AR-not', at: 'every', mustNot: ['judicialLook', 'threat'], cite: 'Ley 24.240, art. 8 bis',
      says: { es: 'El texto parece un reclamo judicial o resulta intimidatorio.', en: 'The text looks like a judicial claim or intimidates.' },
    },
  ],
  BR: [
    {
      id: 'BR-must', at: 'every', must: ['creditorNameAddressTaxId'], cite: 'CDC, art. 42-A',
      says: { es: 'Falta el nombre, la dirección o el registro tributario del acreedor.', en: "The creditor's name, address or tax id is missing." },
    },
    {
      id: 'BR-not', at: 'every', mustNot: ['ridicule', 'threat'], cite: 'CDC, arts. 42 y 71',
      says: { es: 'El texto ridiculiza o amenaza.', en: 'The text ridicules or threatens.' },
    },
  ],
  ES: [
    {
      id: 'ES-not', at: 'every', mustNot: ['threat', 'thirdPartyDisclosure'], cite: 'Dir. (EU) 2021/2167, art. 10',
      says: { es: 'El texto presiona o revela la deuda a terceros.', en: 'The text presses or reveals the debt to third parties.' },
    },
  ],
  US: [
    {
      id: 'US-optout', at: 'every', channels: ['email', 'sms', 'whatsapp'], must: ['optOutHowTo'], cite: '12 CFR 1006.6(e)',
      says: { es: 'Falta decir cómo dejar de recibir mensajes en este destino.', en: 'The text does not say how to opt out of this address.' },
    },
    {
      id: 'US-mini', at: 'every', must: ['debtCollectorDisclosure'], when: { creditorType: 'thirdParty' }, cite: '12 CFR 1006.18(e)',
      says: { es: 'Falta decir que escribe una empresa de cobro.', en: 'The text does not say that a debt collector writes.' },
    },
  ],
};

/** The content rules of a country; none where no law is known. */
export function contentRulesOf(country: string | null): readonly ContentRule[] {
  return (country === null ? undefined : CONTENT_RULES[country]) ?? [];
}
