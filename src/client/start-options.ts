import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Priority } from '@temporalio/common';
import type { FollowedKind } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { formatMinor } from '../domain/money.ts';
import { attributesOf } from '../../workflows/agreement-story.ts';
import { isFollowing, SEARCH_ATTRIBUTES, type AgreementInput, type WorkflowType } from '../../workflows/contract.ts';

export interface StartRequest {
  readonly workflowId: string;
  readonly workflowType: WorkflowType;
  readonly input: unknown;
}

export interface StartDescription {
  readonly staticSummary: string;
  readonly typedSearchAttributes: SearchAttributePair[];
  readonly priority: Priority;
}

const SUMMARIES: Record<Exclude<WorkflowType, FollowedKind>, string> = {
  callback: "Agent's call",
  preLegal: 'Pre-legal case',
  survey: 'Satisfaction survey',
  importFile: 'Import of a file',
};

function isAgreementInput(input: unknown): input is AgreementInput {
  return typeof input === 'object' && input !== null && 'v' in input && 'state' in input;
}

/** What administrators see in the UI's list, and the fairness key; ids, counts and amounts only. `now` is epoch ms. */
export function describeStart(request: StartRequest, now: number): StartDescription {
  if (isFollowing(request.workflowType) && isAgreementInput(request.input)) {
    const { state } = request.input;
    const { terms } = state;
    const attributes = attributesOf(state, now);
    const view = viewOf(state);
    const total = view.instalments.reduce((sum, i) => sum + i.amountMinor, 0);
    return {
      staticSummary: `${terms.externalId} · ${terms.assignedOn === undefined ? `${view.instalments.length} instalments` : 'debt without an agreement'} · ${formatMinor(total, terms.currency)} · ${terms.creditorId}`,
      typedSearchAttributes: [
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.creditorId, 'KEYWORD'), value: terms.creditorId },
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.country, 'KEYWORD'), value: terms.country },
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.agreementPhase, 'KEYWORD'), value: attributes.phase },
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.onHold, 'BOOL'), value: attributes.onHold },
        ...(attributes.oldestUnpaidDue === null
          ? []
          : [{ key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.oldestUnpaidDue, 'DATETIME'), value: new Date(attributes.oldestUnpaidDue) }]),
      ],
      priority: { priorityKey: 3, fairnessKey: terms.creditorId.slice(0, 64) },
    };
  }
  const type = isFollowing(request.workflowType) ? 'callback' : request.workflowType;
  return { staticSummary: SUMMARIES[type], typedSearchAttributes: [], priority: { priorityKey: type === 'survey' || type === 'importFile' ? 5 : 2 } };
}
