/** National ids: which kinds a country has, whether a number is one, and its one compact form for the keyed hash. */
// CommonJS whose names Node does not see: only the default import works.
// oxlint-disable-next-line import/default
import stdnum from 'stdnum';

export const NATIONAL_ID_TYPES = ['rut', 'rfc', 'curp', 'nit', 'cc', 'dni', 'ce', 'ruc', 'cpf', 'cuit', 'ci'] as const;
export type NationalIdType = (typeof NATIONAL_ID_TYPES)[number];

/** The compact form of a valid number, or null. */
type Reader = (value: string) => string | null;

/** The reader of stdnum's check of that name; `tidy` first takes out what it does not understand. */
function checked(country: string, name: string, tidy: (value: string) => string = (value) => value): Reader {
  return (value) => {
    const result = stdnum.stdnum[country]?.[name]?.validate(tidy(value));
    return result?.isValid === true ? result.compact : null;
  };
}

const withoutDots = (value: string): string => value.replaceAll('.', '');

/** A cédula has no check digit: 6 to 10 digits, written with or without dots. */
const cedula: Reader = (value) => /^\d{6,10}$/.exec(withoutDots(value).replaceAll(' ', ''))?.[0] ?? null;

/** The DNI with and without its check digit is one number. */
const dniOfPeru: Reader = (value) => checked('PE', 'cui')(value)?.slice(0, 8) ?? null;

/** stdnum takes 111.111.111-11 for a CPF; nobody has it. */
const cpf: Reader = (value) => {
  const compact = checked('BR', 'cpf')(value);
  return compact === null || /^(\d)\1*$/.test(compact) ? null : compact;
};

type Kind = readonly [NationalIdType, Reader];

/** In the order in which they are tried when the kind is not told. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  CL: [['rut', checked('CL', 'rut', withoutDots)]],
  CO: [['cc', cedula], ['nit', checked('CO', 'nit')]],
  MX: [['curp', checked('MX', 'curp')], ['rfc', checked('MX', 'rfc')]],
  PE: [['dni', dniOfPeru], ['ruc', checked('PE', 'ruc')], ['ce', checked('PE', 'ce')]],
  AR: [['cuit', checked('AR', 'cuit')], ['dni', checked('AR', 'dni', withoutDots)]],
  EC: [['ci', checked('EC', 'ci')], ['ruc', checked('EC', 'ruc')]],
  BR: [['cpf', cpf]],
};

export interface ReadNationalId {
  readonly country: string;
  readonly type: NationalIdType;
  /** Compact: digits and letters only, upper case. */
  readonly value: string;
}

/** The id in its compact form, or null when it is no valid number of that kind (or of any kind of that country). */
export function readNationalId(given: { country: string; type?: NationalIdType | undefined; value: string }): ReadNationalId | null {
  for (const [type, read] of KINDS[given.country] ?? []) {
    if (given.type !== undefined && given.type !== type) continue;
    const value = read(given.value.trim());
    if (value !== null) return { country: given.country, type, value: value.toUpperCase() };
  }
  return null;
}
