/** The part of a national id that the keyed hash of an identity is made of. */

/**
 * In Colombia a person's cédula and a company's NIT may be the same digits; everywhere else the forms of the kinds differ.
 * The NIT carries its kind, so that a company is never taken for whoever has its number.
 */
export function hashedId({ country, type, value }: { readonly country: string; readonly type: string; readonly value: string }): string {
  return country === 'CO' && type === 'nit' ? `nit ${value}` : value;
}
