import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract.ts';
import { AppError } from '../errors.ts';

/** Closed runs stay readable this long in production; the sandbox keeps its own for ten years. */
export const RETENTION_DAYS = 90;

/** Their types as the server's command line names them; the one table for a server that is started and one that is set up. */
export const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<string, 'Keyword' | 'Datetime' | 'Bool'>> = {
  [SEARCH_ATTRIBUTES.creditorId]: 'Keyword',
  [SEARCH_ATTRIBUTES.agreementPhase]: 'Keyword',
  [SEARCH_ATTRIBUTES.oldestUnpaidDue]: 'Datetime',
  [SEARCH_ATTRIBUTES.onHold]: 'Bool',
  [SEARCH_ATTRIBUTES.country]: 'Keyword',
};

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED = { Keyword: 2, Bool: 5, Datetime: 6 } as const;

const WANTED: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(SEARCH_ATTRIBUTE_TYPES).map(([name, type]) => [name, INDEXED[type]]),
);

export interface SearchAttributes {
  readonly missing: readonly string[];
  /** There with another type than ours. */
  readonly otherType: readonly string[];
}

/** What of the wanted search attributes a namespace lacks. */
export async function inspectSearchAttributes(connection: Connection, namespace: string): Promise<SearchAttributes> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.keys(WANTED).filter((name) => customAttributes[name] === undefined);
  const otherType = Object.entries(WANTED).filter(([name, type]) => customAttributes[name] !== undefined && Number(customAttributes[name]) !== type);
  return { missing, otherType: otherType.map(([name]) => name) };
}

/** Registers the search attributes that are missing; answers their names. Idempotent. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { missing, otherType } = await inspectSearchAttributes(connection, namespace);
  if (otherType.length > 0) {
    throw new AppError('ERR_DEPENDENCY', `The search attribute ${otherType.join(', ')} exists in namespace ${namespace} with another type; rename it or use another namespace.`);
  }
  if (missing.length > 0) {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing.map((name) => [name, WANTED[name] ?? 0])) });
  }
  return [...missing];
}

/** Days for which the namespace keeps closed runs. */
export async function retentionDays(connection: Connection, namespace: string): Promise<number> {
  const described = await connection.workflowService.describeNamespace({ namespace });
  return Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
}

/** Closed runs are kept this long; the server's default of 24 h would lose the story of a settled agreement. */
export async function ensureRetention(connection: Connection, namespace: string, days: number): Promise<void> {
  if ((await retentionDays(connection, namespace)) >= days) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: (days * 86_400) as never } },
  });
}
