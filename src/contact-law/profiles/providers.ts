/** What providers forbid and who may take the money, apart from contact law: layers that the sending gate adds to a profile. */
import type { ContactPolicy } from '../policy.ts';

const VERSION = '2026-11-27';

/** Everywhere. */
export const PROVIDER = {
  id: 'PROVIDER', version: VERSION,
  bans: [
    {
      id: 'provider-whatsapp', channels: ['whatsapp'], basis: 'house', cite: 'WhatsApp Business policy: debt collection is a prohibited use', confidence: 'B',
      says: { es: 'WhatsApp está apagado: su política excluye la cobranza.', en: 'WhatsApp is off: its policy excludes debt collection.' },
    },
  ],
} as const satisfies ContactPolicy;

/** United States and Canada. */
export const PROVIDER_US = {
  id: 'PROVIDER_US', version: VERSION,
  bans: [
    {
      id: 'provider-us-sms', channels: ['sms'], when: { creditorType: 'thirdParty' }, basis: 'house', cite: 'Twilio messaging policy, errors 30863 and 30943', confidence: 'B',
      says: { es: 'El proveedor rechaza los SMS de cobranza por cuenta de terceros en EE. UU. y Canadá.', en: 'The provider rejects SMS of third-party collection in the US and Canada.' },
    },
  ],
} as const satisfies ContactPolicy;

export const PROVIDER_MX = {
  id: 'PROVIDER_MX', version: VERSION,
  content: [
    {
      id: 'provider-mx-content', at: 'every', channels: ['sms'], mustNot: ['loanOffer', 'textToPay'], basis: 'house', cite: 'Twilio SMS guidelines for Mexico', confidence: 'B',
      says: { es: 'El proveedor no admite en México SMS que ofrezcan dinero o pidan pagar por el mensaje.', en: 'In Mexico the provider takes no SMS that offers money or asks to pay by text.' },
    },
  ],
  payTo: [
    {
      id: 'MX-pay', payTo: 'creditorOnly', when: { creditorType: 'thirdParty' }, basis: 'regulator', cite: 'CONDUSEF, DOF 2014-10-07', confidence: 'B',
      says: { es: 'El despacho no recibe pagos: se paga directamente al acreedor.', en: 'The agency takes no payment: it goes to the creditor directly.' },
    },
  ],
} as const satisfies ContactPolicy;
