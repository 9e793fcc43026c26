import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract.ts';
import { AppError } from '../errors.ts';

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED = { keyword: 2, bool: 5, datetime: 6 } as const;

const WANTED: Readonly<Record<string, number>> = {
  [SEARCH_ATTRIBUTES.creditorId]: INDEXED.keyword,
  [SEARCH_ATTRIBUTES.agreementPhase]: INDEXED.keyword,
  [SEARCH_ATTRIBUTES.oldestUnpaidDue]: INDEXED.datetime,
  [SEARCH_ATTRIBUTES.onHold]: INDEXED.bool,
  [SEARCH_ATTRIBUTES.country]: INDEXED.keyword,
};

/** Registers the search attributes that are missing; answers their names. Idempotent. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(WANTED).filter(([name]) => customAttributes[name] === undefined);
  for (const [name, type] of Object.entries(WANTED)) {
    const found = customAttributes[name];
    if (found !== undefined && Number(found) !== type) {
      throw new AppError('ERR_DEPENDENCY', `The search attribute ${name} exists in namespace ${namespace} with another type; rename it or use another namespace.`);
    }
  }
  if (missing.length > 0) {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
  }
  return missing.map(([name]) => name);
}

/** Closed runs are kept this long; the server's default of 24 h would lose the story of a settled agreement. */
export async function ensureRetention(connection: Connection, namespace: string, days: number): Promise<void> {
  const described = await connection.workflowService.describeNamespace({ namespace });
  const seconds = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  if (seconds >= days * 86_400) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: (days * 86_400) as never } },
  });
}
