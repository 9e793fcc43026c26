import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { names } from '../../src/config.ts';
import type { Preview } from '../../src/text/preview.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacto-template-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pacto(...args: string[]): { code: number | null; out: string; err: string } {
  const env = { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(names().map((name) => [name, ''])) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, 'src', 'cli', 'main.ts'), 'template', ...args], { cwd: folder, encoding: 'utf8', env });
  return { code: status, out: stdout, err: stderr };
}

function written(name: string, body: Record<string, unknown>): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, stringify({ key: name, sms: '{{ firm }} {{ creditorName }} {{ link }} [[notSeizure]] [[optOutHowTo]]', subject: 'Su acuerdo', mail: [{ text: 'Hola' }, { details: 'all' }, { block: 'stop' }], ...body }));
  return path;
}

test('a preview needs no server: three fixtures, confirmed or not, with segments and cost, and the mail as HTML in a file', () => {
  const html = join(folder, 'mail.html');
  const { code, out, err } = pacto('preview', join(PROJECT, 'src/text/templates/es/missed.yaml'), '--country', 'CL', '--json', '--segment-price', '0.05', '--html', html);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const preview = JSON.parse(out) as Preview;
  expect(preview).toMatchObject({ key: 'missed', locale: 'es', country: 'CL', writtenLocale: 'es-CL', segmentPrice: 0.05, priceAssumed: false, faults: [] });
  expect(preview.fixtures.map(({ fixture, confirmed }) => `${fixture} ${confirmed}`)).toEqual(['ordinary true', 'ordinary false', 'longest true', 'longest false', 'emptiest true', 'emptiest false']);
  expect(preview.fixtures[0]).toMatchObject({ sms: { encoding: 'GSM-7', segments: 2, cost: 0.1 }, email: { subject: 'Sobre su acuerdo con Comercial Sur' } });
  expect(preview.fixtures[1]?.sms?.body).not.toContain('$');
  expect(readFileSync(html, 'utf8')).toContain('<!doctype html>');
});

test('people read it as lines, with the price marked as assumed', () => {
  const { code, out } = pacto('preview', join(PROJECT, 'src/text/templates/pt-BR/missed.yaml'));
  expect(code).toBe(0);
  expect(out).toMatch(/^missed \(pt-BR, version 1, collection\) in BR; a segment costs USD 0\.06 \(assumed\)/);
  expect(out).toMatch(/== longest, BR, confirmed\nSMS: 2 segments, \d+ characters GSM-7, USD 0\.120/);
  expect(out).toContain('parcela 2 (R$');
});

test.each([
  ['lawsuit', { subject: 'Evite el juicio' }, 'CL', /CL-mustnot \(LPDC 37\).*juicio/s],
  ['reason', { locale: 'es-CO', mail: [{ text: '¿Por qué no pagó?' }, { details: 'all' }] }, 'CO', /CO-why \(Ley 2300/],
  ['missing', { mail: [{ text: 'Hola' }] }, 'CL', /CL-must \(LPDC 37 nos\. 1-7\).*mandatory block rights is missing/s],
])('a template with a %s is ERR_TEMPLATE with the rule and its source', (name, body, country, said) => {
  const { code, err } = pacto('preview', written(name, body), '--country', country);
  expect(code).toBe(1);
  expect(err).toMatch(/^ERR_TEMPLATE/);
  expect(err).toMatch(said);
});

test('wrong usage is exit code 2, a file that is no template 1', () => {
  expect(pacto('preview', 'no-such-file.yaml').code).toBe(2);
  expect(pacto('preview', written('usage', {}), '--country', 'Chile').code).toBe(2);
  expect(pacto('preview', written('usage', {}), '--segment-price', 'free').code).toBe(2);
  expect(pacto('preview', written('shape', { colour: 'red' }))).toMatchObject({ code: 1, err: expect.stringContaining('ERR_TEMPLATE') });
});

test('a call script is shown line by line, the mandatory ones with a box to tick', () => {
  const { code, out } = pacto('preview', join(PROJECT, 'src/text/templates/es/call-script.yaml'), '--country', 'CL');
  expect(code).toBe(0);
  expect(out).toContain('[ ] notSeizure: Esta gestión no es un procedimiento destinado a embargar sus bienes.');
  const [, unconfirmed = ''] = out.split('== ordinary, CL, not confirmed');
  expect(unconfirmed.split('== ')[0]).not.toMatch(/Comercial Sur|\$/);
});
