/** `/d/{token}/plan`: every instalment of a long plan, a page at a time. */
import { instalmentLines } from '../debtor-view.ts';
import type { View } from '../page.ts';
import { addressOf, frame, statusOf, type Filled, type OpenVisit, type Section, type Wrong } from './visit.ts';

const PER_PAGE = 36;

export const instalmentsPage: Section = { show: async (visit) => listView(visit), again: async (visit, _filled: Filled, wrong) => listView(visit, wrong), act: async (visit) => listView(visit) };

function listView(visit: OpenVisit, wrong: Wrong = {}): View {
  const { agreement, words, say, locale, asked } = visit;
  const pages = Math.max(1, Math.ceil(agreement.instalments.length / PER_PAGE));
  const page = Math.min(asked.page, pages);
  const at = (number: number): string | null => (number < 1 || number > pages ? null : addressOf(visit, 'plan', { p: String(number) }));
  return {
    status: statusOf(wrong), template: 'debtor-instalments.eta',
    data: {
      ...frame(visit, words.plan, wrong), reference: agreement.reference, earlier: at(page - 1), later: at(page + 1), earlierName: say.earlier, laterName: say.later,
      lines: instalmentLines(agreement, words, locale, { from: (page - 1) * PER_PAGE, count: PER_PAGE }),
    },
  };
}
