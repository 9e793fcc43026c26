import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { names } from '../../src/config.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacto-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a person would, with none of this machine's settings. */
function pacto(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Ended {
  const env = { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(names().map((name) => [name, ''])), ...variables };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, 'src', 'cli', 'main.ts'), ...args], { cwd: folder, encoding: 'utf8', env });
  return { code: status, out: stdout, err: stderr };
}

describe('exit codes', () => {
  test('0 and the text asked for: help', () => {
    expect(pacto(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Usage: pacto'), err: '' });
  });

  test.each([[[]], [['fly']], [['agreement']], [['pay', 'acme/A-1']], [['clock', 'advance']], [['strategy', 'validate', 'no-such-file.yaml']], [['worker', '--queues', 'agreements,mail']], [['audit', '--data']]])('2 for a wrong command line: %j', (args) => {
    const { code, out, err } = pacto(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  test('1 and ERR_DEPENDENCY where no sandbox runs, naming the folder', () => {
    const { code, err } = pacto(['clock', '--data', join(folder, 'none')]);
    expect(code).toBe(1);
    expect(err).toMatch(/^ERR_DEPENDENCY .*none: run npm start/);
  });
});

describe('pacto config', () => {
  test('--json is one document with every variable and where its value comes from; secrets are not in it', () => {
    const { code, out } = pacto(['config', '--json'], { PORT: '3777', PAYLOAD_KEYS: `a:${Buffer.alloc(32, 7).toString('base64')}`, DATABASE_URL: 'postgres://u:hunter2@db/pacto' });
    expect(code).toBe(0);
    expect(out).not.toContain('hunter2');
    expect(JSON.parse(out)).toMatchObject({ errors: [], variables: expect.arrayContaining([{ name: 'PORT', value: '3777', source: 'environment' }, { name: 'PAYLOAD_KEYS', value: '****', source: 'environment' }]) });
  });

  test('exit 1 names each wrong variable and the allowed range', () => {
    const { code, err } = pacto(['config'], { PORT: 'eighty', PACTO_SEND: 'maybe' });
    expect(code).toBe(1);
    expect(err).toContain('PORT: must be a whole number from 0 to 65535');
    expect(err).toContain('PACTO_SEND: must be one of off, allowlist, on');
  });
});

describe('pacto strategy validate', () => {
  test('the shipped strategy has no problem', () => {
    const { code, out } = pacto(['strategy', 'validate', join(PROJECT, 'src', 'strategy', 'shipped', 'standard.yaml'), '--country', 'CL', '--json']);
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, id: 'standard', valid: true, problems: [] });
  });

  test('a file that is not valid is ERR_STRATEGY with the path of the field', () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'id: wrong\ncountry: [CL]\nsteps:\n  - { key: a, when: { anchor: due, days: 3 }, do: shout, template: x }\n');
    const { code, err } = pacto(['strategy', 'validate', file]);
    expect(code).toBe(1);
    expect(err).toContain('ERR_STRATEGY');
    expect(err).toContain('steps.0.do');
  });
});

describe('pacto policy', () => {
  const CASES = join(PROJECT, 'tests', 'contact-law', 'cases.jsonl');

  test('check answers a line a case without any server, and exits 0 when all are as expected', () => {
    const { code, out, err } = pacto(['policy', 'check', '--file', CASES]);
    const answers = out.trim().split('\n').map((line) => JSON.parse(line) as { id: number; ok: boolean });
    expect({ code, answers: answers.length, ok: answers.every(({ ok }) => ok) }).toEqual({ code: 0, answers: 54, ok: true });
    expect(err).toContain('54 as expected');
  });

  test('exit 1 and ERR_POLICY when one is not; an unknown profile is refused, not an error', () => {
    const file = join(folder, 'cases.jsonl');
    const one = { id: 'x', profile: 'CL', zones: ['America/Santiago'], now: '2026-11-25T11:00:00Z', channel: 'sms', creditorType: 'thirdParty', purpose: 'collection', party: 'debtor', history: [] };
    writeFileSync(file, [{ ...one, expect: { decision: 'refuse' } }, { ...one, profile: 'XX', expect: { decision: 'refuse' } }, one].map((line) => JSON.stringify(line)).join('\n'));
    const { code, out, err } = pacto(['policy', 'check', '--json', '--file', file]);
    expect(code).toBe(1);
    expect(err).toContain('ERR_POLICY');
    expect(out.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([{ ok: false, decision: 'allow' }, { ok: true, decision: 'refuse', rules: ['missing-profile'] }, { decision: 'allow' }]);
  });

  test('a line that is no case is wrong usage, named by its number', () => {
    const file = join(folder, 'broken.jsonl');
    writeFileSync(file, '\n{"id":1,"profile":"CL"}\n');
    expect(pacto(['policy', 'check', '--file', file])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('line 2.zones') });
  });

  test('list shows each rule with basis, confidence and source', () => {
    const { code, out } = pacto(['policy', 'list', '--json']);
    const { profiles } = JSON.parse(out) as { profiles: { id: string; rules: { id: string; cite: string }[] }[] };
    expect(code).toBe(0);
    expect(profiles.map(({ id }) => id)).toEqual(expect.arrayContaining(['CL', 'CO', 'MX', 'PE', 'EC', 'AR', 'BR', 'ES', 'US', 'US_MA', 'US_FL', 'US_NYC', 'US_DC', 'US_WA', 'BR_SP']));
    expect(profiles.find(({ id }) => id === 'CL')?.rules).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'CL-call-week', cite: expect.stringContaining('LPDC 37') })]));
  });
});

describe('pacto replies classify', () => {
  const now = '2026-11-25T15:00:00Z';

  test('answers a line a reply without any server, and exits 0 when all are as expected', () => {
    const file = join(folder, 'replies.jsonl');
    writeFileSync(file, [{ id: 1, text: 'le pago el viernes', now, zone: 'America/Santiago', expect: { class: 'willPay', date: '2026-11-27' } }, { id: 'b', text: 'cancelar' }].map((line) => JSON.stringify(line)).join('\n'));
    const { code, out, err } = pacto(['replies', 'classify', '--file', file]);
    expect({ code, answers: out.trim().split('\n').map((line) => JSON.parse(line) as unknown) }).toEqual({
      code: 0, answers: [{ id: 1, class: 'willPay', date: '2026-11-27', confidence: 0.95, ok: true }, { id: 'b', class: 'help', confidence: 0.95 }],
    });
    expect(err).toContain('2 replies, 1 as expected, 0 not, 1 without an expectation');
  });

  test('exit 1 when one is not as expected: by class or by day', () => {
    const file = join(folder, 'replies-wrong.jsonl');
    writeFileSync(file, [{ id: 'class', text: 'gracias', expect: { class: 'optOut' } }, { id: 'day', text: 'pago mañana', now, zone: 'America/Santiago', expect: { class: 'willPay', date: '2026-11-27' } }].map((line) => JSON.stringify(line)).join('\n'));
    const { code, out, err } = pacto(['replies', 'classify', '--json', '--file', file]);
    expect(code).toBe(1);
    expect(err).toContain('Replies not classified as expected: class, day.');
    expect(out.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([{ class: 'thanks', ok: false }, { date: '2026-11-26', ok: false }]);
  });

  test('a line that is no reply is wrong usage, named by its number', () => {
    const file = join(folder, 'replies-broken.jsonl');
    writeFileSync(file, '\n{"id":1,"text":"hola","zone":"Mars/Olympus"}\nnot json\n{"id":2,"text":"hola","expect":{"class":"angry"}}\n');
    const { code, out, err } = pacto(['replies', 'classify', '--file', file]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    for (const place of ['line 2.zone', 'line 3', 'line 4.expect.class']) expect(err).toContain(place);
  });
});

test('virtual time is refused while real credentials are configured', () => {
  const { code, err } = pacto(['config'], { PACTO_CLOCK: 'virtual', SENDGRID_API_KEY: 'SG.x.y', SENDGRID_FROM: 'a@example.org' });
  expect(code).toBe(1);
  expect(err).toContain('PACTO_CLOCK: must be wall while real provider credentials are configured (SENDGRID_API_KEY)');
});

describe('pacto strategy diff', () => {
  test('tells two shipped strategies apart in words, without an installation', () => {
    const { code, out } = pacto(['strategy', 'diff', 'standard', 'gentle']);
    expect(code).toBe(0);
    expect(out).toContain('missed: day: +3 -> +5');
    expect(pacto(['strategy', 'diff', 'standard', 'standard']).out).toContain('do the same');
  });
});
