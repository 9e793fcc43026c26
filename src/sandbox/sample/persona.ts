/** How a scripted debtor behaves; src/sandbox/debtors has what each of them does. */
export type Persona =
  /** Pays on the day. */
  | 'punctual'
  /** Pays two instalments ahead, well before the date. */
  | 'prepays'
  /** Pays five days after the date, when the first notice has come. */
  | 'late'
  /** Pays ten days after the date, when the second notice has come. */
  | 'slow'
  /** Pays a part, and the rest a week later. */
  | 'partial'
  /** Pays the creditor, not the agency. */
  | 'viaCreditor'
  /** Pays the day after an agent's call. */
  | 'afterCall'
  /** Promises on the phone and keeps it. */
  | 'keepsPromise'
  /** Promises on the phone, lets the date pass, then pays. */
  | 'breaksPromise'
  /** Pays, the bank takes it back, pays again. */
  | 'reverses'
  /** The number is somebody else's, who says so when called; pays in the end, by the letters. */
  | 'wrongNumber'
  /** Does not pay; who owes with him does. */
  | 'coDebtorPays'
  /** Never answers the phone, pays after the third notice. */
  | 'unreachable'
  /** Never answers, never pays: ends with the lawyers. */
  | 'never'
  /** Pays once a pre-legal case is open, before it is handed over. */
  | 'paysAtLaw'
  /** Asks for no more messages after the first notice, pays in his own time. */
  | 'optsOut'
  /** Says that the amount is wrong; pays when that has been looked into. */
  | 'disputes'
  /** Pays at the bank, by the payment link of the second notice. */
  | 'paysByLink'
  /** Answers the first notice with a day on which he will pay, and pays by the link on that day. */
  | 'writesPromise'
  /** Answers that he has paid; the creditor reports the payment two days later. */
  | 'writesPaid'
  /** Answers that he wants to be called; pays the day after the call. */
  | 'writesCallMe'
  /** Answers that he cannot pay; pays weeks later. */
  | 'writesCannot'
  /** Answers BAJA, pays in his own time. */
  | 'writesOptOut'
  /** Whoever has that number answers that it is not his; who owes pays in the end, by the mails. */
  | 'writesNotMe';
