/** The ways a run of each workflow can go: one stored history for each, made by the file under tests/replay/paths. */

/** File of tests/replay/paths -> the paths it drives, each in a sentence. */
export const PATHS = {
  'collection.path.ts': {
    'agreement-late-with-notices': 'Hears every notice, misses two booked calls, pays a month late, is thanked and asked',
    'agreement-one-message-for-two': 'Is covered by the message that speaks of a sibling agreement',
    'agreement-promise-kept': 'Promises before the first notice and pays in time',
    'agreement-promise-broken': 'Promises, is reminded on the eve, does not pay and hears of it',
    'agreement-opted-out': 'Does not want SMS, then nothing at all',
    'agreement-delivery-failed': 'The SMS does not arrive: the next channel follows on the next lawful day',
    'agreement-unknown-reconciled': 'The provider takes a message and answers nothing: what became of it is asked, it is not sent again',
    'agreement-tried-again': 'The provider asks to be tried again in 30 s',
    'agreement-partial-and-overpaid': 'Pays a part, later more than the rest',
    'agreement-hold-and-release': 'Rests on hold, is released before its end',
    'agreement-disputed': 'Disputes; the dispute is rejected and the steps go on',
    'agreement-renegotiated': 'Gets a new plan after the first date was missed',
    'agreement-callback-done': 'Is called in a booked slot and promises',
    'agreement-callback-called-off': 'A booked call is called off',
    'agreement-plan-fallen': 'The plan falls, goes to the lawyers, is paid and withdrawn',
    'agreement-handed-over': 'Refuses on the phone, is approved by two people and handed over',
    'agreement-logged-late': 'Is logged months after its date: expired steps are skipped with an entry',
    'agreement-stopped': 'A permanent stop is registered and the run closes',
    'agreement-cancelled': 'The creditor takes it back',
    'callback-done': 'The agent logs what came of the call',
    'callback-missed': 'Nobody logs an outcome',
    'callback-called-off': 'The call is called off before its slot',
    'pre-legal-withdrawn': 'One approval, then the debt is paid',
    'pre-legal-handed-over': 'Two approvals, then the lawyer takes over',
  },
  'settlement.path.ts': {
    'agreement-paid-on-time': 'Pays two instalments when they are due, is thanked and asked',
    'agreement-reversed-first-run': 'Settles; its payment comes back after the run is over',
    'agreement-reversed-second-run': 'The same agreement, reopened by the reversal, paid again',
    'survey-answered': 'The invitation is answered',
    'survey-nudged': 'The one nudge is answered',
    'survey-expired': 'Nobody answers',
  },
  'outside.path.ts': {
    'agreement-signalled-payment': 'A script signals its payments straight to Temporal, one of them twice',
    'agreement-signal-rejected': 'Signals that are no payment, or one in another currency',
    'agreement-update-hold-release': 'Updates hold, release, and a release that is refused',
    'agreement-update-dispute-resolve': 'Updates dispute, asked twice under one id, and resolveDispute',
    'agreement-update-promise': 'Update promise, one beyond the limit',
    'agreement-update-renegotiate': 'Update renegotiate',
    'agreement-update-book-callback': 'Update bookCallback, one outside the shifts',
    'agreement-update-opt-out': 'Update optOut',
    'agreement-update-cancel': 'Update cancel',
  },
  'import.path.ts': {
    'import-done': 'A file with a wrong row becomes agreements',
    'import-in-parts': 'A file of more rows than one activity takes',
    'import-dry-run': 'A file is only looked at',
  },
  'debt.path.ts': {
    'debt-paid': 'A debt without an agreement is written to and paid',
    'debt-agreed': 'An agreement is logged for the debt after its first contact',
    'debt-withdrawn': 'The creditor takes the debt back after its first contact',
  },
  'continued.path.ts': {
    'agreement-continued-first-run': 'A history grows long: the run ends and hands its state on',
    'agreement-continued-second-run': 'The run that goes on with it',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type PathFile = keyof typeof PATHS;
export type PathName = { [File in PathFile]: keyof (typeof PATHS)[File] }[PathFile];

/** Every path with its sentence and the file that drives it. */
export function allPaths(): { readonly name: string; readonly what: string; readonly file: string }[] {
  return Object.entries(PATHS).flatMap(([file, paths]) => Object.entries(paths).map(([name, what]) => ({ name, what, file })));
}
