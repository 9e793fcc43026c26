/** `/d/{token}/contact`: by what the person is reached, and what they want no more of. */
import { channelsOf, optOutOnPage } from '../../register/debtor/contact.ts';
import type { View } from '../page.ts';
import { frame, NOTHING_FILLED, statusOf, type Acted, type Filled, type OpenVisit, type Section, type Wrong } from './visit.ts';

const WHAT = ['sms', 'email', 'call', 'all'] as const;

export const contactPage: Section = { show: (visit) => formView(visit, NOTHING_FILLED, {}), again: formView, act };

async function act(visit: OpenVisit, filled: Filled): Promise<Acted> {
  const { ctx, link, say, plan } = visit;
  const what = WHAT.find((one) => one === filled.text('stop'));
  if (what === undefined) return formView(visit, NOTHING_FILLED, {});
  const shown = what === 'all' ? `${say.stopAllText(plan.creditorName)} ${say.stopAll}` : say.stop[what];
  await optOutOnPage(ctx, link, { what, shown, once: filled.text('once') });
  return { done: 'stopped' };
}

async function formView(visit: OpenVisit, _filled: Filled, wrong: Wrong): Promise<View> {
  const { ctx, link, say, asked, plan } = visit;
  const channels = await channelsOf(ctx, link);
  return {
    status: statusOf(wrong), template: 'debtor-contact.eta',
    data: {
      ...frame(visit, say.contactTitle, wrong), done: asked.done === 'stopped' ? say.stopDone : null, stopAllText: say.stopAllText(plan.creditorName), any: channels.some(({ values }) => values.length > 0), mayStopAll: channels.some(({ refused }) => !refused),
      channels: channels.map(({ channel, values }) => ({ channel, name: say.channels[channel], values: values.map(masked), stop: values.length === 0 ? null : say.stop[channel] })),
    },
  };
}

/** Enough for whoever knows it to recognise it. */
function masked(value: string): string {
  const at = value.indexOf('@');
  return at > 0 ? `${value.slice(0, 1)}•••${value.slice(at)}` : `••• ${value.slice(-4)}`;
}
