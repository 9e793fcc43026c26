/** `/d/{token}/dispute`: what is not right, in words and with a file if there is one. */
import { openDisputesOf } from '../../db/disputes.ts';
import { AppError } from '../../errors.ts';
import { disputeOnPage, mediaTypeOf } from '../../register/debtor/dispute.ts';
import { disputeBody } from '../../register/dispute.ts';
import { formatDateAt } from '../../text/date.ts';
import type { View } from '../page.ts';
import { doneView, frame, NOTHING_FILLED, statusOf, type Acted, type Filled, type OpenVisit, type Section, type Wrong } from './visit.ts';

const REASONS = ['paid', 'notMine', 'amount', 'other'] as const;
const MOST_LETTERS = 2_000;

export const disputePage: Section = {
  show: async (visit) => (await openShown(visit)) ?? formView(visit, NOTHING_FILLED, {}),
  again: formView,
  act,
};

/** While one is open the page says since when, however it was told. */
async function openShown(visit: OpenVisit): Promise<View | null> {
  const { ctx, agreement, say, locale } = visit;
  const [open] = await openDisputesOf(ctx.db, agreement.id);
  return open === undefined ? null : doneView(visit, { title: say.disputeDone, text: say.disputeDoneText(formatDateAt(open.opened_at, agreement.zone, locale)) });
}

async function act(visit: OpenVisit, filled: Filled): Promise<Acted> {
  const { ctx, agreement, say } = visit;
  const wrong = wrongIn(visit, filled);
  if (Object.keys(wrong).length > 0) return formView(visit, filled, wrong);
  const text = textIn(filled);
  const body = disputeBody.parse({ reason: filled.text('reason'), ...(text === '' ? {} : { text }) });
  try {
    await disputeOnPage(ctx, agreement.id, { ...body, file: filled.file?.bytes ?? null, once: filled.text('once') });
    return { done: 'disputed' };
  } catch (error) {
    if (error instanceof AppError && error.code === 'ERR_STATE') return (await openShown(visit)) ?? formView(visit, filled, { page: say.disputeNotNow });
    throw error;
  }
}

function wrongIn({ say }: OpenVisit, filled: Filled): Wrong {
  const [reason, text, file] = [filled.text('reason'), textIn(filled), filled.file];
  const readable = disputeBody.shape.text.safeParse(text === '' ? undefined : text).success && text.length <= MOST_LETTERS;
  return {
    ...(REASONS.some((one) => one === reason) ? {} : { reason: say.disputeReasonMissing }),
    ...(!readable ? { text: say.disputeWordsLong } : reason === 'other' && text === '' ? { text: say.disputeWordsMissing } : {}),
    ...(file === null ? {} : file.tooLarge ? { file: say.disputeFileLarge } : mediaTypeOf(file.bytes) === null ? { file: say.disputeFileKind } : {}),
  };
}

/** Browsers send the ends of lines in two signs. */
function textIn(filled: Filled): string {
  return filled.text('text').replaceAll('\r\n', '\n').trim();
}

async function formView(visit: OpenVisit, filled: Filled, wrong: Wrong): Promise<View> {
  const { say } = visit;
  return {
    status: statusOf(wrong), template: 'debtor-dispute.eta',
    data: {
      ...frame(visit, say.disputeTitle, wrong), text: textIn(filled).slice(0, MOST_LETTERS), most: MOST_LETTERS, fileAgain: Object.keys(wrong).length > 0 && filled.file !== null && wrong['file'] === undefined ? say.disputeFileAgain : null,
      reasons: REASONS.map((value) => ({ value, name: say.disputeReasons[value], checked: filled.text('reason') === value })),
    },
  };
}
