import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { choosePorts, openDataFolder } from '../../src/sandbox/data-folder.ts';
import { LOOPBACK } from '../../src/sandbox/ports.ts';
import { readSandbox, removeSandbox, type Sandbox, sandboxFile, writeSandbox } from '../../src/sandbox/sandbox-file.ts';
import { loadSecrets } from '../../src/sandbox/secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacto-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GONE = 2 ** 22 + 1;
const open = (more: { reset?: boolean; pid?: number } = {}) => openDataFolder(folder, { pid: more.pid ?? process.pid, guardianPid: GONE, reset: more.reset ?? false, say: () => {} });

describe('the folder', () => {
  test('belongs to one supervisor: a second one is told which process holds it', async () => {
    const held = await open();
    await expect(open()).rejects.toMatchObject({ code: 'ERR_BOOTSTRAP', message: expect.stringContaining(`process ${process.pid}`) });
    await held.release();
    await (await open()).release();
  });

  test('left by a killed supervisor is taken over', async () => {
    await open({ pid: GONE });
    await (await open()).release();
  });

  test('with somebody else\'s files is never taken, let alone emptied', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'do not lose');
    await expect(open({ reset: true })).rejects.toMatchObject({ code: 'ERR_BOOTSTRAP' });
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  test('is emptied by --reset and by nothing else', async () => {
    await (await open()).release();
    writeFileSync(join(folder, 'sandbox-data'), 'x');
    await (await open()).release();
    expect(readdirSync(folder)).toContain('sandbox-data');
    await (await open({ reset: true })).release();
    expect(readdirSync(folder)).not.toContain('sandbox-data');
  });
});

describe('ports', () => {
  async function listening(port = 0): Promise<{ port: number; server: Server }> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
    const address = server.address();
    return { port: typeof address === 'object' && address !== null ? address.port : 0, server };
  }

  test('stay the same from start to start, so that links in sent messages keep working', async () => {
    const first = await choosePorts(folder, 0, () => {});
    expect(await choosePorts(folder, null, () => {})).toEqual(first);
  });

  test('asked for and in use: one sentence that says what to do', async () => {
    const { port, server } = await listening();
    await expect(choosePorts(folder, port, () => {})).rejects.toMatchObject({ code: 'ERR_BOOTSTRAP', message: `Port ${port} is in use by another program: stop that program, or choose another port with --port.` });
    server.close();
  });

  test('remembered and taken meanwhile: another one is chosen, and said', async () => {
    const first = await choosePorts(folder, 0, () => {});
    const { server } = await listening(first.api);
    const said: string[] = [];
    const second = await choosePorts(folder, null, (line) => said.push(line));
    expect(second.api).not.toBe(first.api);
    expect(said).toEqual([`port ${first.api} is in use: taking ${second.api} (choose one with --port).`]);
    server.close();
  });
});

describe('secrets and sandbox.json', () => {
  const sandbox: Sandbox = {
    apiUrl: 'http://127.0.0.1:1', consoleUrl: null, temporalUi: '', temporalAddress: '', namespace: 'default', databaseUrl: '', providerUrl: '', smtpPort: 1, outboxUrl: '', adminKey: 'k', accounts: [],
    pids: { api: 1, worker: 2, pump: 3, temporal: 4, postgres: 5, provider: 6 },
  };

  test('are for their owner only; secrets are made once', async () => {
    const made = await loadSecrets(folder);
    expect(await loadSecrets(folder)).toEqual(made);
    // A folder of an earlier release knew no bank: it gets its keys, once, and keeps the others.
    const { khipuApiKey: _key, khipuWebhookSecret: _secret, ...earlier } = made;
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify(earlier), { mode: 0o600 });
    const completed = await loadSecrets(folder);
    expect(completed).toMatchObject(earlier);
    expect(completed.khipuApiKey).toMatch(/^[0-9a-f]{40}$/);
    expect(await loadSecrets(folder)).toEqual(completed);
    await writeSandbox(folder, sandbox);
    for (const name of ['secrets.json', 'sandbox.json']) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  test('a folder of an older build gets the secret it lacks, once, and keeps the others', async () => {
    const { paymentWebhookSecret: _later, ...older } = await loadSecrets(folder);
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify(older));
    const now = await loadSecrets(folder);
    expect(now).toEqual({ ...older, paymentWebhookSecret: expect.stringMatching(/^.{32}$/) });
    expect(await loadSecrets(folder)).toEqual(now);
  });

  test('a damaged secrets file is one sentence, not a new key', async () => {
    writeFileSync(join(folder, 'secrets.json'), '{');
    await expect(loadSecrets(folder)).rejects.toMatchObject({ code: 'ERR_BOOTSTRAP', message: expect.stringContaining('--reset') });
  });

  test('no sandbox is found where none is ready', async () => {
    expect(await readSandbox(folder)).toBeNull();
    await writeSandbox(folder, sandbox);
    expect(await readSandbox(folder)).toEqual(sandbox);
    writeFileSync(sandboxFile(folder), '{"apiUrl":');
    expect(await readSandbox(folder)).toBeNull();
    await removeSandbox(folder);
    await removeSandbox(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});
