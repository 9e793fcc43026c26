/** Starts one PostgreSQL and one Temporal server for the whole run of the real suites, and a migrated template database. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startGuardian } from '../../src/sandbox/servers/guardian.ts';
import { startPostgres } from '../../src/sandbox/servers/postgres-server.ts';
import { firstImpassable, postgresUser } from '../../src/sandbox/servers/postgres-user.ts';
import { resolveTemporalBinary } from '../../src/sandbox/servers/temporal-binary.ts';
import { startTemporal } from '../../src/sandbox/servers/temporal-server.ts';
import type { Template } from './template-database.ts';
import { makeTemplate } from './template-database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** postgres:// URL of the server's own database; tests take freshDatabase(). */
    postgresUrl: string;
    /** The migrated template, or why the migrations failed: that fails the suites that need a database, not the others. */
    template: Template;
    temporalAddress: string;
    temporalNamespace: string;
    temporalUi: string;
    temporalBinary: string;
  }
}

const PROJECT = join(import.meta.dirname, '..', '..');

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => process.stderr.write(`pacto test: ${line}\n`);
  const folder = await workFolder(say);
  const guardian = startGuardian();
  const binary = await resolveTemporalBinary({ env: process.env, say });
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), password: 'pacto', say, guardian, settings: { shared_buffers: '256MB' } });
  const temporal = await startTemporal({ binary, dataDir: join(folder, 'temporal'), guardian }).catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  project.provide('postgresUrl', postgres.url);
  project.provide('template', await makeTemplate(postgres.url));
  project.provide('temporalAddress', temporal.address);
  project.provide('temporalNamespace', temporal.namespace);
  project.provide('temporalUi', temporal.uiUrl);
  project.provide('temporalBinary', binary);
  return async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
    guardian.close();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A folder PostgreSQL's user can reach: the system's temporary folder, else one inside the project. */
async function workFolder(say: (line: string) => void): Promise<string> {
  const user = await postgresUser(say);
  const candidates = [tmpdir(), join(PROJECT, '.cache')];
  for (const parent of candidates) {
    await mkdir(parent, { recursive: true });
    if (existsSync(parent) && (user === null || (await firstImpassable(join(parent, 'x', 'y'), user)) === null)) {
      const folder = await mkdtemp(join(parent, 'pacto-test-'));
      await chmod(folder, 0o755);
      return folder;
    }
  }
  return candidates[0] ?? tmpdir();
}
