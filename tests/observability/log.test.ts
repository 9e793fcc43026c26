import { expect, test } from 'vitest';
import { createLog, scoped } from '../../src/observability/log.ts';

function captured(): { readonly lines: () => Record<string, unknown>[]; readonly destination: { write(text: string): void } } {
  const written: string[] = [];
  return { lines: () => written.map((line) => JSON.parse(line)), destination: { write: (text) => void written.push(text) } };
}

test('a line is JSON with the process, the level by name and the ids of the work', () => {
  const { lines, destination } = captured();
  scoped(createLog({ level: 'info', process: 'pump', destination }), { workflowId: 'agreement/acme/A-1' }).info('sent');
  expect(lines()).toMatchObject([{ level: 'info', process: 'pump', workflowId: 'agreement/acme/A-1', msg: 'sent' }]);
});

test('an error of a provider shows type, code and causes, never what its client hung on it', () => {
  const { lines, destination } = captured();
  const cause = Object.assign(new Error('refused'), { code: 21_610 });
  const error = Object.assign(new Error('the provider refused', { cause }), { config: { headers: { authorization: 'Bearer secret' } }, to: '+56961234567' });
  createLog({ level: 'info', process: 'worker', destination }).error({ err: error }, 'not sent');
  const [line] = lines();
  expect(JSON.stringify(line)).not.toMatch(/secret|56961234567/);
  expect(line).toMatchObject({ err: { message: 'the provider refused', cause: { code: '21610', message: 'refused' } } });
});

test('fields that never belong in a log are blotted out, whoever puts them there', () => {
  const { lines, destination } = captured();
  createLog({ level: 'info', process: 'api', destination }).info({ phone: '+56961234567', person: { name: 'Ana', email: 'ana@example.org' } }, 'planted');
  expect(JSON.stringify(lines())).not.toMatch(/56961234567|Ana|example\.org/);
});
