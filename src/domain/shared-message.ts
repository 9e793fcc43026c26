/** Which agreements of one person at one creditor a single message speaks of, and whose words it uses. */
import type { AgreementState, Instant, Occurrence } from './agreement.ts';
import { dueContacts } from './decide.ts';
import { DAY } from './zone.ts';

/** What a sibling has due within this time goes along. */
export const SHARED_HORIZON = DAY;

/** A promise or a settlement has words of its own, which a list of instalments cannot replace; everything owed can share a message. */
export function canShare(occurrence: Occurrence): boolean {
  return (occurrence.purpose === 'collection' || occurrence.purpose === 'preDueReminder') && occurrence.anchor !== 'promise' && occurrence.anchor !== 'settled';
}

/** What a sibling would put into the message of `lead`: due in the coming day, wanted, and by one of its channels. */
export function sharedBySibling(sibling: AgreementState, lead: Occurrence, now: Instant): Occurrence[] {
  if (!canShare(lead)) return [];
  // The core leaves out what is on hold, disputed, promised or with the lawyers now, also when that ends within the day.
  return dueContacts(sibling, now, now + SHARED_HORIZON).filter((one) => canShare(one) && one.channels.some((channel) => lead.channels.includes(channel)));
}

/** Whose text is used: the lead's, or a sibling's that is overdue while the lead only reminds. */
export function headOf(lead: Occurrence, siblings: readonly Occurrence[]): Occurrence {
  const overdue = siblings.find((one) => one.purpose === 'collection');
  return lead.purpose === 'preDueReminder' && overdue !== undefined ? overdue : lead;
}
