/** The words of what a debtor does on the page, in three languages; those of reading it are in debtor-words.ts. */
import type { PageLanguage } from '../debtor-words.ts';
import { EN } from './words-en.ts';
import { ES } from './words-es.ts';
import { PT } from './words-pt.ts';

export interface ActWords {
  readonly back: string;
  readonly again: string;
  readonly problem: string;
  readonly others: string;
  readonly wholePlan: (count: number) => string;
  readonly earlier: string;
  readonly later: string;
  readonly pay: (amount: string) => string;
  readonly payGone: string;
  readonly otherDate: string;
  readonly talk: string;
  readonly more: string;
  readonly disputed: string;

  readonly dateTitle: string;
  readonly dateLink: string;
  readonly dateLegend: string;
  readonly dateOther: string;
  readonly dateUntil: (date: string) => string;
  readonly dateHint: (from: string, until: string) => string;
  readonly dateMissing: (from: string, until: string) => string;
  readonly dateOutside: (from: string, until: string) => string;
  readonly amountLegend: string;
  readonly amountDue: string;
  readonly amountAll: string;
  readonly dateSave: string;
  readonly dateThen: string;
  readonly dateLeft: (left: number) => string;
  readonly dateNone: string;
  readonly dateFull: string;
  readonly dateNotNow: string;
  readonly dateDone: string;
  readonly dateDoneText: (amount: string, date: string) => string;
  readonly dateChange: string;

  readonly callLink: string;
  readonly callTitle: string;
  readonly callText: (firm: string) => string;
  readonly callHint: string;
  readonly callSave: string;
  readonly callMove: string;
  readonly callMoveTitle: string;
  readonly callCancel: string;
  readonly callAt: (date: string, hour: string) => string;
  readonly callBooked: string;
  readonly callNone: string;
  readonly callMissing: string;
  readonly callTaken: string;
  readonly callNotNow: string;
  readonly callDone: string;
  readonly callDoneText: (when: string) => string;
  readonly callOff: string;
  readonly callOffText: string;

  readonly disputeLink: string;
  readonly disputeTitle: string;
  readonly disputeText: string;
  readonly disputeLegend: string;
  readonly disputeReasons: Readonly<Record<'paid' | 'notMine' | 'amount' | 'other', string>>;
  readonly disputeWords: string;
  readonly disputeWordsHint: string;
  readonly disputeFile: string;
  readonly disputeFileHint: string;
  readonly disputeSave: string;
  readonly disputeReasonMissing: string;
  readonly disputeWordsMissing: string;
  readonly disputeWordsLong: string;
  readonly disputeFileLarge: string;
  readonly disputeFileKind: string;
  readonly disputeFileAgain: string;
  readonly disputeDone: string;
  readonly disputeDoneText: (date: string) => string;
  readonly disputeNotNow: string;

  readonly contactLink: string;
  readonly contactTitle: string;
  readonly contactText: string;
  readonly channels: Readonly<Record<'sms' | 'email' | 'call', string>>;
  readonly channelOff: string;
  readonly stop: Readonly<Record<'sms' | 'email' | 'call', string>>;
  readonly stopAllTitle: string;
  readonly stopAllText: (creditor: string) => string;
  readonly stopAll: string;
  readonly stopDone: string;
  readonly contactNone: string;

  readonly receiptsLink: string;
  readonly receiptsTitle: string;
  readonly receiptsNone: string;
  readonly reversed: (date: string) => string;
  readonly methods: Readonly<Record<'transfer' | 'card' | 'cash' | 'cheque' | 'directDebit' | 'link' | 'other', string>>;
  readonly receiptsTotal: string;
}

const WORDS: Readonly<Record<PageLanguage, ActWords>> = { es: ES, pt: PT, en: EN };

export function actWords(language: PageLanguage): ActWords {
  return WORDS[language];
}
