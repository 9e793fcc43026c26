/** Integer arithmetic on minor units. */
import type { AgreementTerms, ComponentName, Minor } from './agreement.ts';

/** Digits after the decimal point (ISO 4217) where they are not 2. */
const DECIMALS: Readonly<Record<string, number>> = { CLP: 0, PYG: 0, JPY: 0 };
/** Where people group with a comma and put a point before the decimals; elsewhere it is the other way round. */
const POINT_DECIMAL: ReadonlySet<string> = new Set(['MXN', 'PEN', 'USD', 'GTQ', 'DOP', 'HNL', 'NIO']);

/** How many digits of an amount in minor units stand after the decimal point. */
export function decimalsOf(currency: string): number {
  return DECIMALS[currency] ?? 2;
}

/** How amounts of this currency are written where it is paid with. */
export function separatorsOf(currency: string): { readonly group: ',' | '.'; readonly decimal: ',' | '.' } {
  return POINT_DECIMAL.has(currency) ? { group: ',', decimal: '.' } : { group: '.', decimal: ',' };
}

/** `CLP 275.940`, `MXN 1,234.50`: for summaries and details; no Intl, whose output may change with the host. */
export function formatMinor(amountMinor: Minor, currency: string): string {
  const decimals = decimalsOf(currency);
  const { group, decimal: point } = separatorsOf(currency);
  const digits = String(Math.abs(amountMinor)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, group);
  const rest = decimals === 0 ? '' : `${point}${digits.slice(-decimals)}`;
  return `${currency} ${amountMinor < 0 ? '-' : ''}${whole}${rest}`;
}

export interface ComponentShare {
  readonly component: ComponentName;
  readonly amountMinor: Minor;
}

const DEFAULT_ORDER: readonly ComponentName[] = ['fees', 'lateInterest', 'interest', 'taxes', 'principal'];

/** The order in which money covers components: the creditor's, then what it leaves out. */
export function componentOrder(terms: AgreementTerms): readonly ComponentName[] {
  const named = [...new Set(terms.componentOrder)];
  return [...named, ...DEFAULT_ORDER.filter((component) => !named.includes(component))];
}

/**
 * Splits an amount pro rata to integer weights so that the parts add up to it: each gets the floor of its share, what
 * remains goes unit by unit to the largest remainders (ties: the earlier). Weights that are all 0 give all to the first.
 */
export function splitProRata(amount: Minor, weights: readonly Minor[]): Minor[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return weights.map((_, index) => (index === 0 ? amount : 0));
  const shares = weights.map((weight, index) => ({ index, ...divide(amount, weight, total) }));
  let rest = amount - shares.reduce((sum, share) => sum + share.floor, 0);
  const parts = shares.map((share) => share.floor);
  for (const { index } of [...shares].sort((a, b) => b.remainder - a.remainder || a.index - b.index)) {
    if (rest === 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    rest -= 1;
  }
  return parts;
}

/** Floor and remainder of amount * weight / total; in BigInt where the product leaves the safe integers (COP in cents does). */
function divide(amount: Minor, weight: Minor, total: Minor): { floor: number; remainder: number } {
  const product = amount * weight;
  if (product <= Number.MAX_SAFE_INTEGER) return { floor: Math.floor(product / total), remainder: product % total };
  const exact = BigInt(amount) * BigInt(weight);
  return { floor: Number(exact / BigInt(total)), remainder: Number(exact % BigInt(total)) };
}

/** The components of an instalment of this amount, in the order in which money covers them; zero shares are left out. */
export function componentsOf(terms: AgreementTerms, amountMinor: Minor): ComponentShare[] {
  const order = componentOrder(terms).filter((component) => (terms.components[component] ?? 0) > 0);
  if (order.length === 0) return [{ component: 'principal', amountMinor }];
  const parts = splitProRata(amountMinor, order.map((component) => terms.components[component] ?? 0));
  return order.map((component, index) => ({ component, amountMinor: parts[index] ?? 0 })).filter((share) => share.amountMinor > 0);
}

/** Rests up to this many minor units are not collected. */
export function toleranceOf(smallBalance: Readonly<Record<string, Minor>>, currency: string): Minor {
  return smallBalance[currency] ?? 0;
}
