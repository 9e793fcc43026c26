/** The files of a deployment, read as the tools that use them would: Compose's own schema, the environment, the image. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { describeConfig, names } from '../../src/config.ts';
import { PROJECT } from '../architecture/sources.ts';
import { composeFile, copiedSources, dockerInstructions, entryOfImage, projectFile } from './image.ts';

const { raw, services } = composeFile();
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);
const example = parseEnv(projectFile('.env.example'));
const ONLY_COMPOSE = ['POSTGRES_PASSWORD', 'PACTO_API_PORT', 'TEMPORAL_BIND', 'TEMPORAL_UI_PORT'];
/** What only `npm start` sets. */
const ONLY_SANDBOX = ['PACTO_CLOCK', 'PACTO_DATA', 'PACTO_ADMIN_KEY', 'PACTO_PROVIDER_URL'];
/** Within one network nothing is encrypted, and no Temporal Cloud is meant. */
const NOT_IN_COMPOSE = ['TEMPORAL_API_KEY', 'TEMPORAL_TLS', ...ONLY_SANDBOX];

describe('docker-compose.yml', () => {
  const ajv = new Ajv({ strict: false, formats: { duration: true } });
  // Compose's schema of October 2025, Apache 2.0; it names its draft by an address that ajv knows with http only.
  const { $schema: _draft, ...schema } = JSON.parse(projectFile('tests/deploy/compose-spec.schema.json')) as Record<string, unknown>;
  const valid = ajv.compile(schema);

  test('is what the Compose specification allows', () => {
    expect(valid(raw), JSON.stringify(valid.errors)).toBe(true);
    expect(valid({ services: { api: { image: 'pacto', comand: ['api'] } } })).toBe(false);
  });

  test('holds no secret: passwords and keys come from the environment, and the needed ones are demanded', () => {
    const text = projectFile('docker-compose.yml');
    const set = [...text.matchAll(/^\s+(\w*(?:PASSWORD|PWD|TOKEN|SECRET|KEY|KEYS)\w*): (.+)$/gm)];
    expect(set.length).toBeGreaterThan(8);
    expect(set.filter(([, , value]) => !/^\$\{\w+:[?-][^}]*\}$/.test(value ?? ''))).toEqual([]);
    expect(text).not.toMatch(/:\/\/\w+:(?!\$\{)[^@\s]+@/);
    for (const name of ['POSTGRES_PASSWORD', 'PUBLIC_BASE_URL', 'PACTO_IDENTITY_KEY', 'PACTO_SEND']) expect(text, name).toContain(`\${${name}:?`);
  });

  test('hands every variable of the configuration on, and knows no other', () => {
    const wanted = names().filter((name) => !NOT_IN_COMPOSE.includes(name));
    for (const [name, { environment }] of ours) expect(Object.keys(environment ?? {}).sort(), name).toEqual([...wanted].sort());
    const asked = [...projectFile('docker-compose.yml').matchAll(/\$\{(\w+)/g)].flatMap(([, name]) => name ?? []);
    const known = [...names(), ...ONLY_COMPOSE, 'PACTO_VERSION', 'TEMPORAL_VERSION', 'TEMPORAL_UI_VERSION'];
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('whatever stays has a health check and comes back; whatever runs once does not', () => {
    for (const [name, { restart, healthcheck }] of Object.entries(services)) expect(healthcheck !== undefined, name).toBe(restart === 'unless-stopped');
  });

  test('a service waits for what it needs: healthy servers, jobs that have ended well', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect(condition, `${name} -> ${needed}`).toBe(services[needed]?.restart === 'unless-stopped' ? 'service_healthy' : 'service_completed_successfully');
      }
    }
  });

  test('our processes cannot write, have no privileges, and nothing but the API is reachable, from this machine only', () => {
    for (const [name, { read_only: readOnly, cap_drop: dropped, ports = [] }] of ours) {
      expect({ readOnly, dropped }, name).toEqual({ readOnly: true, dropped: ['ALL'] });
      expect(ports, name).toEqual(name === 'api' ? ['127.0.0.1:${PACTO_API_PORT:-3000}:3000'] : []);
    }
    expect(services['postgres']?.ports).toBeUndefined();
    expect(services['temporal']?.ports?.[0]).toContain('${TEMPORAL_BIND:-127.0.0.1}');
  });
});

describe('.env.example', () => {
  test('lists every variable there is, and no other', () => {
    expect(Object.keys(example).sort()).toEqual([...names(), ...ONLY_COMPOSE].sort());
  });

  test('can be read as it is, holds no secret, and sends nothing', () => {
    const { lines, errors } = describeConfig({ variables: example, fromFile: new Set() });
    expect(errors).toEqual([]);
    expect(lines.filter(({ value, source }) => value === '****' && source !== 'default')).toEqual([]);
    expect(example['PACTO_SEND']).toBe('off');
  });
});

describe('Dockerfile', () => {
  const of = (instruction: string): string[] => dockerInstructions().filter((one) => one.instruction === instruction).map(({ rest }) => rest);

  test('runs the Node that the tests run, not as root', () => {
    const dependencies = JSON.parse(projectFile('package.json')) as { dependencies: Record<string, string> };
    expect(of('ARG')).toEqual([`NODE_IMAGE=node:${dependencies.dependencies['node']}-bookworm-slim`]);
    expect(process.versions.node).toBe(dependencies.dependencies['node']);
    expect(of('USER')).toEqual(['node']);
  });

  test('copies what exists, and .dockerignore lets exactly that through', () => {
    for (const source of copiedSources()) expect(existsSync(join(PROJECT, source)), source).toBe(true);
    const through = projectFile('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(copiedSources().map((source) => source.replace(/^\.\//, '')).sort()).toEqual(through.sort());
  });

  test('starts the command line', () => {
    expect(entryOfImage()).toEqual(['src/cli/main.ts']);
  });
});
