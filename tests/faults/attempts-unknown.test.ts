import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { names } from '../../src/config.ts';
import { reconcileUnknown } from '../../src/register/sending/reconcile.ts';
import { seedPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const HOUR = 3_600_000;

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());

async function pacto(...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], ...Object.fromEntries(names().map((name) => [name, ''])), DATABASE_URL: desk.url };
  return (await promisify(execFile)(process.execPath, [MAIN, ...args], { env })).stdout;
}

test('pacto attempts unknown lists the open questions, tells when they close, and names nobody', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  desk.answers.sms.push({ kind: 'unknown', code: 'ECONNRESET' });
  expect(ended(await desk.deliver(id)).result).toBe('unknown');
  const [attempt] = await desk.attempts(id);
  const line = { id: attempt?.id, creditorId: 'acme', channel: 'sms', template: 'missed', reason: 'provider.ECONNRESET', validUntil: new Date(MISSED_AT + HOUR).toISOString() };
  expect(JSON.parse(await pacto('attempts', 'unknown', '--json'))).toMatchObject([{ ...line, closed: false }]);
  expect(await pacto('attempts', 'unknown')).toContain('open until');
  await reconcileUnknown(desk.deps, MISSED_AT + HOUR);
  expect(JSON.parse(await pacto('attempts', 'unknown', '--json'))).toMatchObject([{ ...line, closed: true }]);
  const said = await pacto('attempts', 'unknown');
  expect(said).toContain('stays unknown');
  expect(said).not.toMatch(/Ana|961234567|example\.org/);
});
