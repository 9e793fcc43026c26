import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';

const file = (step: object, more: object = {}): object => ({ id: 'test', country: ['CL'], ...more, steps: [step] });
const contact = { key: 'a', when: { anchor: 'due', days: 3 }, do: 'contact', template: 'missed' };
const read = (given: unknown) => parseStrategy(given, { version: 7 });

function faultsOf(given: unknown): readonly { path: string; message: string }[] {
  try {
    read(given);
  } catch (error) {
    if (error instanceof AppError && error.code === 'ERR_STRATEGY') return error.errors;
    throw error;
  }
  return [];
}

describe('a strategy file', () => {
  it('is the same from YAML, from JSON and as an object', () => {
    const text = JSON.stringify(file(contact));
    expect(read(text)).toEqual(read(file(contact)));
    expect(read('id: test\ncountry: [CL]\nsteps:\n  - { key: a, when: { anchor: due, days: 3 }, do: contact, template: missed }\n')).toEqual(read(text));
  });

  it('gets its defaults: grace of two days, both channels, the morning, the purpose of its anchor', () => {
    expect(read(file(contact))).toMatchObject({ version: 7, graceDays: 2, smallBalance: {}, steps: [{ atMinute: 600, channels: ['sms', 'email'], purpose: 'collection', expiresDays: null }] });
    expect(read(file({ ...contact, when: { anchor: 'due', days: -3 } })).steps[0]).toMatchObject({ purpose: 'preDueReminder', expiresDays: 2 });
    expect(read(file({ ...contact, when: { anchor: 'settled', days: 0 } })).steps[0]).toMatchObject({ purpose: 'transactional', atMinute: null });
    expect(read(file({ key: 'c', when: { anchor: 'due', days: 12 }, do: 'callback' })).steps[0]).toMatchObject({ channels: [], atMinute: 540 });
    expect(read(file({ ...contact, when: { anchor: 'due', days: 3, at: '17:45' } })).steps[0]?.atMinute).toBe(17 * 60 + 45);
  });

  it.each([
    ['an unknown field', file({ ...contact, chanels: ['sms'] }), 'steps.0'],
    ['an impossible hour', file({ ...contact, when: { anchor: 'due', days: 3, at: '25:00' } }), 'steps.0.when.at'],
    ['a channel we do not have', file({ ...contact, channels: ['fax'] }), 'steps.0.channels.0'],
    ['a channel twice', file({ ...contact, channels: ['sms', 'sms'] }), 'steps.0.channels'],
    ['a contact without a template', file({ key: 'a', when: { anchor: 'due', days: 3 }, do: 'contact' }), 'steps.0.template'],
    ['a broken promise on a due date', file({ ...contact, if: 'promiseBroken' }), 'steps.0.if'],
    ['a day before nobody knows when', file({ ...contact, when: { anchor: 'settled', days: -1 } }), 'steps.0.when.days'],
    ['a survey before the end', file({ key: 's', when: { anchor: 'due', days: 1 }, do: 'survey' }), 'steps.0.when.anchor'],
    ['collecting from somebody who paid', file({ ...contact, when: { anchor: 'settled', days: 1 }, purpose: 'collection' }), 'steps.0.purpose'],
    ['a collection notice that calls itself a reminder', file({ ...contact, purpose: 'preDueReminder' }), 'steps.0.purpose'],
    ['a requirement of a message', file({ ...contact, requires: { callAttempts: 1 } }), 'steps.0.requires'],
    ['half a peso', file({ key: 'l', when: { anchor: 'due', days: 30 }, do: 'preLegal', minOverdue: { CLP: 0.5 } }), 'steps.0.minOverdue.CLP'],
    ['no country', file(contact, { country: [] }), 'country'],
    ['two steps of one name', { id: 'test', country: ['CL'], steps: [contact, contact] }, 'steps.1.key'],
    ['a slash in a key, which separates it from the instalment', file({ ...contact, key: 'a/b' }), 'steps.0.key'],
    ['no YAML', 'steps: [', ''],
    ['nothing', '', ''],
  ])('refuses %s and says where', (_, given, path) => {
    expect(faultsOf(given).map((fault) => fault.path)).toContain(path);
  });

  it('ships: the standard one says what the contract shows', () => {
    const shipped = shippedStrategies().find(({ strategy }) => strategy.id === 'standard');
    expect(shipped?.strategy).toMatchObject({ id: 'standard', version: 2, country: ['CL', 'CO', 'MX', 'PE'], graceDays: 2 });
    expect(shipped?.strategy.steps.map((step) => step.key)).toEqual(['upcoming', 'missed', 'second', 'call', 'third', 'pre-legal', 'promise-eve', 'promise-broken', 'thanks', 'survey']);
    expect(shipped?.strategy.steps.find((step) => step.key === 'pre-legal')).toMatchObject({
      minOverdue: { CLP: 30_000 }, requires: { noticesDelivered: 1, callAttempts: 1, noDispute: true, noOpenPromise: true }, expiresDays: null });
    expect(read(shipped?.source)).toEqual({ ...shipped?.strategy, version: 7 });
  });
});
