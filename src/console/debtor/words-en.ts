/** What a debtor does on the page, in English. */
import type { ActWords } from './words.ts';

export const EN: ActWords = {
  back: 'Back to my plan', again: 'The page had been open for a long time and nothing was saved. Check and send again.', problem: 'Check what is marked',
  others: 'Also with us', wholePlan: (count) => `See all ${count} instalments`, earlier: 'Earlier', later: 'Later',
  pay: (amount) => `Pay ${amount}`, payGone: 'It cannot be paid here now. See below how to pay.', otherDate: 'Another date', talk: 'Call me', more: 'What you can do',
  disputed: 'We are looking into your dispute. Meanwhile we will not ask you to pay.',

  dateTitle: 'Which day suits you for paying?', dateLink: 'Promise a date', dateLegend: 'Day', dateOther: 'Another day', dateUntil: (date) => `until ${date}`,
  dateHint: (from, until) => `Between ${from} and ${until}.`, dateMissing: (from, until) => `Choose a day between ${from} and ${until}.`,
  dateOutside: (from, until) => `That day cannot be promised. Choose one between ${from} and ${until}.`,
  amountLegend: 'Amount', amountDue: 'What is due now', amountAll: 'Everything that is open', dateSave: 'Promise this date',
  dateThen: 'Until that day we will not write about it, except for a reminder the day before.', dateLeft: (left) => (left === 1 ? 'You can promise one more date.' : `You can promise up to ${left} dates in a row.`),
  dateNone: 'Nothing is open that could be promised.', dateFull: 'You have promised the dates that can be noted here. For another, let us talk: ask for a call.',
  dateNotNow: 'We could not note that date, because something changed meanwhile. Check and choose again.', dateDone: 'We noted your date', dateDoneText: (amount, date) => `${amount} on ${date}.`, dateChange: 'Change the date',

  callLink: 'Ask for a call', callTitle: 'When shall we call you?', callText: (firm) => `A person from ${firm} will call you at the time you choose.`, callHint: 'Time of where you live.', callSave: 'Book the call',
  callMove: 'Move to this time', callMoveTitle: 'Move the call', callCancel: 'Cancel the call', callAt: (date, hour) => `${date} at ${hour}`, callBooked: 'Your booked call',
  callNone: 'No times are free for now, or we have no phone on which we may call you.', callMissing: 'Choose a time.', callTaken: 'That time is no longer free. Choose another.',
  callNotNow: 'We could not book the call, because something changed meanwhile. Check and choose again.', callDone: 'Call booked', callDoneText: (when) => `We will call you on ${when}.`,
  callOff: 'Call cancelled', callOffText: 'We will not call you at that time. You can book another whenever you like.',

  disputeLink: 'This is not right', disputeTitle: 'Tell us what is not right', disputeText: 'A person will look into it. Meanwhile we will not ask you to pay.', disputeLegend: 'What is not right?',
  disputeReasons: { paid: 'I have paid', notMine: 'It is not my debt', amount: 'The amount is wrong', other: 'Something else' }, disputeWords: 'Tell us more', disputeWordsHint: 'If you like. Up to 2,000 letters.',
  disputeFile: 'Attach a proof', disputeFileHint: 'If you have one. A PDF, or a JPG or PNG picture, of up to 5 MB. Only whoever looks into your dispute sees it.', disputeSave: 'Send the dispute',
  disputeReasonMissing: 'Choose what is not right.', disputeWordsMissing: 'Tell us in your words what is not right.', disputeWordsLong: 'The text is too long or has signs that we cannot keep. Use up to 2,000 letters.',
  disputeFileLarge: 'The file is larger than 5 MB. Choose a smaller one or a picture of smaller size.', disputeFileKind: 'That file is neither a PDF nor a JPG or PNG picture. Choose another.', disputeFileAgain: 'If you had chosen a file, choose it again.',
  disputeDone: 'We received your dispute', disputeDoneText: (date) => `We received it on ${date}. While we look into it we will not ask you to pay.`, disputeNotNow: 'A dispute is being looked into already, or there is nothing to dispute here.',

  contactLink: 'How to write to me', contactTitle: 'How we may get in touch with you', contactText: 'We write and call only on the days and at the hours that the law allows. Take away what you do not want.',
  channels: { sms: 'Text messages', email: 'E-mails', call: 'Calls' }, channelOff: 'We do not use it.', stop: { sms: 'I want no text messages', email: 'I want no e-mails', call: 'I want no calls' },
  stopAllTitle: 'Receive nothing more', stopAllText: (creditor) => `We will not write or call any more for ${creditor}. You can still see this page as long as the link lasts.`, stopAll: 'I want to receive nothing more',
  stopDone: 'Done, we noted it. You can ask for it again by talking to us.', contactNone: 'We have no phone or e-mail of yours in use.',

  receiptsLink: 'My payments', receiptsTitle: 'Payments we received', receiptsNone: 'We have not registered payments yet. If you have paid, tell us under “This is not right”.', reversed: (date) => `Returned or cancelled on ${date}: it does not count.`,
  methods: { transfer: 'Transfer', card: 'Card', cash: 'Cash', cheque: 'Cheque', directDebit: 'Direct debit', link: 'Online payment', other: 'Other means' }, receiptsTotal: 'Received in total',
};
