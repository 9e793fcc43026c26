/** Three messages that a text is tried with: an ordinary one, the longest names and amounts, and the emptiest data. Invented. */
import type { MessageDataInput } from './message-data.ts';

export const FIXTURE_NAMES = ['ordinary', 'longest', 'emptiest'] as const;
export type FixtureName = (typeof FIXTURE_NAMES)[number];

const CURRENCY: Readonly<Record<string, string>> = { CL: 'CLP', CO: 'COP', MX: 'MXN', PE: 'PEN', AR: 'ARS', BR: 'BRL', EC: 'USD', US: 'USD', ES: 'EUR', UY: 'UYU' };
const ZONE: Readonly<Record<string, string>> = {
  CL: 'America/Santiago', CO: 'America/Bogota', MX: 'America/Mexico_City', PE: 'America/Lima', AR: 'America/Argentina/Buenos_Aires', BR: 'America/Sao_Paulo',
  EC: 'America/Guayaquil', US: 'America/New_York', ES: 'Europe/Madrid',
};

/** Units of money in the minor unit: 1 for the peso of Chile, 100 for a currency with cents. */
function minor(units: number, currency: string): number {
  return currency === 'CLP' ? units : units * 100;
}

/** A link as long as ours get: our short domain, and a token of 22 characters. */
const LINK = 'https://avisos.pacto.example/d/Zk4vQ2mX9pL1sT7rB3nW0A';
const CALL_AT = Date.parse('2026-12-11T18:05:00Z');

/** The fixture for a country; the money is what instalments cost there. */
export function fixture(name: FixtureName, country: string): MessageDataInput {
  const currency = CURRENCY[country] ?? 'USD';
  const units = ({ CLP: 45_990, COP: 189_900, ARS: 84_500 } as Record<string, number>)[currency] ?? 459.9;
  const zone = ZONE[country] ?? 'UTC';
  const common = { currency, zone, country, link: LINK, callback: { from: CALL_AT, zone, agent: 'Carmen Rojas' } };
  if (name === 'ordinary') return ordinary(common, minor(units, currency));
  if (name === 'longest') return longest(common, minor(98_765_432, currency));
  return emptiest(common, minor(1, currency));
}

type Common = Pick<MessageDataInput, 'currency' | 'zone' | 'country' | 'link' | 'callback'>;

function ordinary(common: Common, amountMinor: number): MessageDataInput {
  const { currency } = common;
  return {
    ...common, firstName: 'Ana', firm: 'Andes Servicios', creditorName: 'Comercial Sur', confirmed: true,
    items: [{ reference: 'C-9', instalmentNumber: 2, instalments: 6, dueOn: '2026-12-05', amountMinor, currency }], totalMinor: amountMinor, owedMinor: amountMinor * 5,
    contracts: [{
      reference: 'C-9', signedOn: '2025-03-01', defaultedOn: '2026-05-10', dueOn: '2026-12-05', owedMinor: amountMinor * 5, itemised: true,
      interestMinor: Math.round(amountMinor / 4), lateInterestMinor: Math.round(amountMinor / 10), feesMinor: Math.round(amountMinor / 8), taxesMinor: Math.round(amountMinor / 40),
    }],
    contact: {
      phone: '+56 2 2600 0000', email: 'ayuda@andes.example', address: 'Huérfanos 1234, oficina 56', taxId: '76.543.210-3', person: 'Carmen Rojas',
      creditorAddress: 'Avenida Central 100', creditorTaxId: '77.777.777-7',
    },
    payUrl: 'https://pagos.comercialsur.example', surveyUrl: 'https://avisos.pacto.example/s/Zk4vQ2mX9pL1sT7rB3nW0A', unsubscribeUrl: 'https://avisos.pacto.example/u/Hy7cD2kJ5wQ8fM1xV6tR9e',
    promise: { dueOn: '2026-12-11', amountMinor },
  };
}

function longest(common: Common, amountMinor: number): MessageDataInput {
  const { currency } = common;
  const item = { reference: 'CONTRATO-2025-000004417-B', instalmentNumber: 47, instalments: 48, dueOn: '2026-09-30', amountMinor, currency };
  return {
    ...ordinary(common, amountMinor), firstName: 'Maximiliano Sebastián de los Ángeles', firm: 'Servicios Integrales de Normalización del Pacífico SpA',
    creditorName: 'Compañía Distribuidora y Comercializadora Ñuñoa y Compañía Limitada', items: [item], totalMinor: amountMinor, owedMinor: amountMinor * 2,
    contracts: ['CONTRATO-2025-000004417-B', 'CONTRATO-2024-000001209-A'].map((reference) => ({
      reference, signedOn: '2025-09-30', defaultedOn: '2026-09-23', dueOn: '2026-09-30', owedMinor: amountMinor, itemised: true,
      interestMinor: amountMinor, lateInterestMinor: amountMinor, feesMinor: amountMinor, taxesMinor: amountMinor,
    })),
    promise: { dueOn: '2026-09-30', amountMinor },
  };
}

/** A creditor that writes for itself, nobody confirmed, no breakdown, no address of its own to stop mails. */
function emptiest(common: Common, amountMinor: number): MessageDataInput {
  const { currency, callback } = common;
  return {
    ...common, firstName: 'Li', firm: 'Sur', creditorName: 'Sur', confirmed: false,
    items: [{ reference: '1', instalmentNumber: 1, instalments: 1, dueOn: '2026-12-05', amountMinor, currency }], totalMinor: amountMinor, owedMinor: amountMinor,
    contracts: [{ reference: '1', owedMinor: amountMinor, dueOn: '2026-12-05' }],
    callback: callback === null || callback === undefined ? null : { from: callback.from, zone: callback.zone },
    surveyUrl: 'https://avisos.pacto.example/s/Zk4vQ2mX9pL1sT7rB3nW0A', promise: { dueOn: '2026-12-11', amountMinor },
  };
}
