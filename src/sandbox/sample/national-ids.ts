/** Invented national ids with correct check digits, from ranges that no registry has given out. */
const CURP_CONSONANTS = 'XBCDFGHJKLMNPQRSTVWYZ';
/** After so many numbers birthday, sex and last digit come back: then the consonant changes. */
const CURP_PERIOD = 12_180;
const CURP_ALPHABET = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';

/** Steps through a range that is prime in length: no number comes twice before all have come. */
function within(from: number, prime: number, n: number, step: number): number {
  return from + ((n * step) % prime);
}

/** A Chilean RUT above 45 million. */
export function inventedRut(n: number): string {
  const number = within(45_000_000, 49_999_991, n, 7_919);
  const sum = Array.from(String(number)).toReversed().reduce((total, digit, place) => total + Number(digit) * (2 + (place % 6)), 0);
  const check = 11 - (sum % 11);
  return `${number}-${check === 11 ? '0' : check === 10 ? 'K' : check}`;
}

/** A Colombian cédula (NUIP) of ten digits above 1.9 thousand million. */
export function inventedCedula(n: number): string {
  return String(within(1_950_000_000, 99_999_989, n, 104_729));
}

/** A Mexican CURP of somebody born abroad with no name of their own in it. */
export function inventedCurp(n: number): string {
  const day = String(1 + (n % 28)).padStart(2, '0');
  const month = String(1 + (n % 12)).padStart(2, '0');
  const consonant = CURP_CONSONANTS.charAt(Math.floor(n / CURP_PERIOD) % CURP_CONSONANTS.length);
  const front = `XEXX${70 + (n % 29)}${month}${day}${n % 2 === 0 ? 'H' : 'M'}NEXX${consonant}${n % 10}`;
  const sum = Array.from(front).reduce((total, letter, place) => total + CURP_ALPHABET.indexOf(letter) * (18 - place), 0);
  return `${front}${(10 - (sum % 10)) % 10}`;
}

/** A Peruvian DNI above 99 million. */
export function inventedDni(n: number): string {
  return String(within(99_000_000, 999_983, n, 1_009));
}
