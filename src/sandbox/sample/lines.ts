/**
 * The sample's agreements, one a line. Due dates count from the day on which the sandbox begins, so that within its first
 * sixty days every life has happened: the line's comment is what one will see.
 */
import type { Persona } from './persona.ts';
import type { SampleCountry, SampleTraits } from './people.ts';

export interface Line {
  readonly creditor: 'comercial-sur' | 'crediandes' | 'luz-del-norte';
  readonly id: string;
  readonly person: number;
  readonly country: SampleCountry;
  readonly persona: Persona;
  /** Day of the first due date, counted from the day on which the sandbox begins. */
  readonly firstDue: number;
  readonly count: number;
  readonly amountMinor: number;
  readonly traits: SampleTraits;
  /** Number of the person who owes with the debtor. */
  readonly coDebtor?: number;
}

type Also = SampleTraits & Pick<Line, 'coDebtor'>;

function line(creditor: Line['creditor'], id: string, person: number, country: SampleCountry, persona: Persona, firstDue: number, count: number, amountMinor: number, also: Also = {}): Line {
  const { coDebtor, ...traits } = also;
  return { creditor, id, person, country, persona, firstDue, count, amountMinor, traits, ...(coDebtor === undefined ? {} : { coDebtor }) };
}

export const LINES: readonly Line[] = [
  // Chile, for a shop: most of the lives, many of them short.
  line('comercial-sur', 'CS-1001', 1, 'CL', 'punctual', 4, 1, 45_990),
  line('comercial-sur', 'CS-1002', 2, 'CL', 'punctual', 8, 6, 38_500),
  line('comercial-sur', 'CS-1003', 3, 'CL', 'late', 2, 1, 62_400),
  line('comercial-sur', 'CS-1004', 4, 'CL', 'late', 6, 4, 54_000, { consent: 'smsOnly' }),
  line('comercial-sur', 'CS-1005', 5, 'CL', 'partial', 1, 2, 71_250),
  line('comercial-sur', 'CS-1006', 6, 'CL', 'prepays', 12, 4, 29_990),
  line('comercial-sur', 'CS-1007', 7, 'CL', 'afterCall', -6, 2, 48_700),
  line('comercial-sur', 'CS-1008', 8, 'CL', 'breaksPromise', -8, 3, 83_100),
  line('comercial-sur', 'CS-1009', 9, 'CL', 'keepsPromise', -7, 3, 66_000),
  line('comercial-sur', 'CS-1010', 10, 'CL', 'reverses', 3, 1, 52_300),
  line('comercial-sur', 'CS-1011', 11, 'CL', 'never', -10, 6, 89_990),
  line('comercial-sur', 'CS-1012', 12, 'CL', 'paysAtLaw', -9, 4, 95_500),
  line('comercial-sur', 'CS-1013', 13, 'CL', 'optsOut', 2, 3, 41_200),
  line('comercial-sur', 'CS-1014', 14, 'CL', 'disputes', 0, 2, 57_800),
  // One person, three agreements: one message speaks of all that is due.
  line('comercial-sur', 'CS-1015', 15, 'CL', 'late', 5, 3, 33_300),
  line('comercial-sur', 'CS-1016', 15, 'CL', 'late', 6, 3, 27_700),
  line('comercial-sur', 'CS-1017', 15, 'CL', 'slow', 7, 2, 48_000),
  line('comercial-sur', 'CS-1018', 16, 'CL', 'viaCreditor', 3, 2, 39_900, { consent: 'emailOnly' }),
  line('comercial-sur', 'CS-1019', 17, 'CL', 'punctual', 10, 3, 45_000, { consent: 'silent' }),
  // The number is somebody else's: no more of it, mail goes on.
  line('comercial-sur', 'CS-1020', 44, 'CL', 'wrongNumber', -4, 2, 46_300),
  // A landline takes no SMS, a mailbox that does not exist takes no mail: the next channel is used.
  line('comercial-sur', 'CS-1021', 45, 'CL', 'late', 3, 2, 39_400, { phone: 'landline' }),
  line('comercial-sur', 'CS-1022', 46, 'CL', 'slow', -1, 2, 51_700, { email: 'bounces' }),
  // Two owe it; the other one pays.
  line('comercial-sur', 'CS-1023', 47, 'CL', 'coDebtorPays', -2, 2, 72_000, { coDebtor: 48 }),
  // Companies.
  line('comercial-sur', 'CS-1024', 49, 'CL', 'paysByLink', 5, 3, 189_000, { company: true }),
  line('comercial-sur', 'CS-1025', 50, 'CL', 'slow', 1, 2, 240_500, { company: true }),
  // Peru, for the same shop.
  line('comercial-sur', 'CS-2001', 18, 'PE', 'punctual', 5, 2, 24_500),
  line('comercial-sur', 'CS-2002', 19, 'PE', 'late', 3, 2, 31_900),
  line('comercial-sur', 'CS-2003', 20, 'PE', 'never', -4, 3, 45_000),
  line('comercial-sur', 'CS-2004', 21, 'PE', 'unreachable', -5, 2, 28_800),
  line('comercial-sur', 'CS-2005', 22, 'PE', 'partial', 6, 1, 36_000, { consent: 'emailOnly' }),
  line('comercial-sur', 'CS-2006', 23, 'PE', 'writesPromise', 9, 4, 19_990),
  line('comercial-sur', 'CS-2007', 51, 'PE', 'viaCreditor', 4, 2, 27_600),
  line('comercial-sur', 'CS-2008', 52, 'PE', 'writesNotMe', -3, 1, 33_300),
  // Colombia and Mexico, for a lender.
  line('crediandes', 'CR-3001', 24, 'CO', 'punctual', 3, 1, 18_500_000),
  line('crediandes', 'CR-3002', 25, 'CO', 'writesPaid', 4, 3, 22_300_000),
  line('crediandes', 'CR-3003', 26, 'CO', 'afterCall', -5, 3, 27_900_000),
  line('crediandes', 'CR-3004', 27, 'CO', 'never', -2, 4, 31_000_000),
  line('crediandes', 'CR-3005', 28, 'CO', 'reverses', 5, 2, 16_750_000, { consent: 'smsOnly' }),
  line('crediandes', 'CR-3006', 29, 'CO', 'prepays', 9, 3, 14_000_000),
  line('crediandes', 'CR-3007', 30, 'CO', 'keepsPromise', -3, 2, 25_000_000),
  line('crediandes', 'CR-3008', 30, 'CO', 'late', 1, 2, 12_500_000),
  line('crediandes', 'CR-4001', 31, 'MX', 'punctual', 2, 1, 98_000),
  line('crediandes', 'CR-4002', 32, 'MX', 'writesCannot', 1, 3, 120_000),
  line('crediandes', 'CR-4003', 33, 'MX', 'breaksPromise', -6, 2, 145_000),
  line('crediandes', 'CR-4004', 34, 'MX', 'never', 0, 3, 175_000),
  line('crediandes', 'CR-4005', 35, 'MX', 'writesOptOut', 4, 2, 88_000),
  line('crediandes', 'CR-4006', 36, 'MX', 'viaCreditor', 7, 2, 64_000),
  line('crediandes', 'CR-4007', 37, 'MX', 'unreachable', 3, 2, 131_000, { consent: 'noCalls' }),
  line('crediandes', 'CR-3009', 53, 'CO', 'slow', 2, 2, 19_900_000, { phone: 'landline' }),
  line('crediandes', 'CR-3010', 54, 'CO', 'late', 0, 2, 15_400_000, { email: 'bounces' }),
  line('crediandes', 'CR-3011', 55, 'CO', 'coDebtorPays', -1, 1, 28_600_000, { coDebtor: 56 }),
  line('crediandes', 'CR-4008', 57, 'MX', 'slow', 5, 2, 77_000, { email: 'bounces' }),
  line('crediandes', 'CR-4009', 58, 'MX', 'wrongNumber', -2, 2, 92_500),
  // Owes three creditors: her rut is the same, what each knows of her is its own.
  line('crediandes', 'CR-6001', 1, 'CL', 'late', 7, 2, 58_800),
  // A company that collects for itself; two of its customers also owe the shop (same national id, another creditor's data).
  line('luz-del-norte', 'LN-5001', 1, 'CL', 'paysByLink', 5, 2, 21_450),
  line('luz-del-norte', 'LN-5002', 11, 'CL', 'slow', 4, 2, 36_700),
  line('luz-del-norte', 'LN-5003', 38, 'CL', 'punctual', 6, 1, 18_990),
  line('luz-del-norte', 'LN-5004', 39, 'CL', 'partial', 3, 3, 27_300),
  line('luz-del-norte', 'LN-5005', 40, 'CL', 'disputes', 2, 1, 44_100),
  line('luz-del-norte', 'LN-5006', 41, 'CL', 'prepays', 14, 5, 15_600, { consent: 'emailOnly' }),
  line('luz-del-norte', 'LN-5007', 42, 'CL', 'writesCallMe', 1, 2, 52_000),
  line('luz-del-norte', 'LN-5008', 43, 'CL', 'punctual', 9, 12, 12_990),
  line('luz-del-norte', 'LN-5009', 59, 'CL', 'punctual', 8, 2, 22_700, { phone: 'landline' }),
  line('luz-del-norte', 'LN-5010', 60, 'CL', 'punctual', 11, 3, 310_000, { company: true }),
  line('luz-del-norte', 'LN-5011', 61, 'CL', 'afterCall', -3, 2, 34_100, { email: 'bounces' }),
];
