/** Temporal: server, namespace, search attributes, workers, the promoted build. */
import { inspectTemporal, type TemporalFacts } from '../../client/inspect.ts';
import { RETENTION_DAYS } from '../../client/setup-temporal.ts';
import type { TemporalConfig } from '../../config.ts';
import { ok, PATIENCE_MS, reasonOf, warn, wrong, type Check } from './check.ts';

/** All checks of Temporal; `buildId` is the build of this release. */
export async function checkTemporal(temporal: TemporalConfig, buildId: string): Promise<Check[]> {
  const { apiKey, ...address } = temporal;
  let facts: TemporalFacts;
  try {
    facts = await inspectTemporal({ ...address, ...(apiKey === null ? {} : { apiKey }) }, PATIENCE_MS);
  } catch (error) {
    return [wrong('temporal', `${temporal.address} does not answer (${reasonOf(error)}).`, 'Check TEMPORAL_ADDRESS, TEMPORAL_TLS and TEMPORAL_API_KEY, and that the server runs.')];
  }
  const server = ok('temporal', `Server ${facts.serverVersion} answers on ${temporal.address}.`);
  if (facts.namespace === null) return [server, wrong('namespace', `There is no namespace ${temporal.namespace}.`, `Create it (temporal operator namespace create --namespace ${temporal.namespace}), then run pacto setup.`)];
  return [server, retention(temporal.namespace, facts.namespace.retentionDays), attributes(facts.namespace.attributes), workers(facts.namespace.unpolled), build(facts.namespace.currentBuild, buildId)];
}

function retention(namespace: string, days: number): Check {
  const found = `${namespace} keeps closed runs for ${Math.round(days)} days.`;
  return days >= RETENTION_DAYS ? ok('namespace', found) : wrong('namespace', found, 'Run pacto setup: the story of a settled agreement would be lost.');
}

function attributes({ missing, otherType }: { readonly missing: readonly string[]; readonly otherType: readonly string[] }): Check {
  if (otherType.length > 0) return wrong('search attributes', `Of another type: ${otherType.join(', ')}.`, 'Rename them in Temporal, or use another namespace.');
  return missing.length === 0 ? ok('search attributes', 'Complete.') : wrong('search attributes', `Missing: ${missing.join(', ')}.`, 'Run pacto setup.');
}

function workers(unpolled: readonly string[]): Check {
  return unpolled.length === 0 ? ok('workers', 'Every queue is polled.') : wrong('workers', `Nobody polls: ${unpolled.join(', ')}.`, 'Start pacto worker (with all queues, or one for each).');
}

function build(current: string | null, ours: string): Check {
  if (current === null) return wrong('build', 'No build is current: no workflow runs.', 'Run pacto promote once every queue is polled.');
  if (current === ours) return ok('build', `${current} is current.`);
  return warn('build', `${current} is current, this release is ${ours}.`, 'Run pacto promote once the workers of this release poll every queue.');
}
