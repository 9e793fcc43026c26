/** Faults of the pure core: money, promises, time, law, the plan of steps. No server is needed to see them. */
import type { Mutant } from './mutant.ts';

export const CORE: readonly Mutant[] = [
  {
    name: 'allocation-newest-first', breaks: 'A payment covers the instalment due last instead of the one due first',
    file: 'src/domain/allocation.ts', find: 'a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : a.version', replace: 'a.dueOn < b.dueOn ? 1 : a.dueOn > b.dueOn ? -1 : a.version',
    tests: ['tests/domain/money.test.ts'],
  },
  {
    name: 'reversal-reopens-nothing', breaks: 'A reversed payment leaves its instalment paid: money that never came is counted',
    file: 'src/domain/allocation.ts', find: '    line.owed.paid -= line.amount;\n', replace: '',
    tests: ['tests/domain/money.test.ts', 'tests/domain/core.property.test.ts'],
  },
  {
    name: 'fact-counted-twice', breaks: 'A fact told twice (a signal repeated after a crash) is counted twice',
    file: 'src/domain/facts.ts', find: 'if (state.events.some((known) => known.id === event.id)) return state;', replace: '',
    tests: ['tests/domain/core.property.test.ts'],
  },
  {
    name: 'promise-grace-off-by-one', breaks: 'A promise is called broken a day before its grace is over',
    file: 'src/domain/promise.ts', find: 'endOfLocalDay(zone, addDays(dueOn, graceDays))', replace: 'endOfLocalDay(zone, addDays(dueOn, graceDays - 1))',
    tests: ['tests/domain/promise.test.ts'],
  },
  {
    name: 'promise-silences-nothing', breaks: 'Who has promised is dunned all the same',
    file: 'src/domain/decide.ts', find: "if (covered !== null) found.push({ until: covered, why: 'promise' });", replace: '',
    tests: ['tests/domain/promise.test.ts', 'tests/domain/decide.test.ts'],
  },
  {
    name: 'expired-step-acts', breaks: 'A reminder whose days are over leaves late instead of being skipped with an entry',
    file: 'src/domain/decide.ts', find: "return one.planned.happened.status === 'open' && expiryOf(one) <= now;", replace: "return one.planned.happened.status === 'open' && expiryOf(one) > now;",
    tests: ['tests/domain/decide.test.ts'],
  },
  {
    name: 'pre-legal-without-notice', breaks: 'A debtor who never got a notice goes to the lawyers',
    file: 'src/domain/pre-legal.ts', find: '< noticesDelivered) missing', replace: '< 0) missing',
    tests: ['tests/domain/decide.test.ts', 'tests/domain/ending.test.ts'],
  },
  {
    name: 'dst-ignored', breaks: 'After a change of clocks everything leaves an hour early or late, lawful hours included',
    file: 'src/domain/zone.ts', find: 'return ms < block.changesAt ? block.before : block.after;', replace: 'return block.before;',
    tests: ['tests/domain/zone.test.ts'],
  },
  {
    name: 'window-closed-end', breaks: 'A contact leaves in the minute in which the lawful hours end',
    file: 'src/contact-law/question.ts', find: ' <= at && at < closesAt(', replace: ' <= at && at <= closesAt(',
    tests: ['tests/contact-law/house.test.ts', 'tests/contact-law/evaluate.property.test.ts'],
  },
  {
    name: 'day-cap-off-by-one', breaks: 'A person gets one contact more than the quota allows',
    file: 'src/contact-law/question.ts', find: 'rule.max)', replace: 'rule.max + 1)',
    tests: ['tests/contact-law/house.test.ts'],
  },
  {
    name: 'stop-after-its-instant', breaks: 'A stop (death, insolvency) is honoured only before it was registered',
    file: 'src/contact-law/question.ts', find: 'stop.at <= at', replace: 'stop.at > at',
    tests: ['tests/contact-law/house.test.ts'],
  },
  {
    name: 'virtual-time-with-real-credentials', breaks: 'A moved clock sends real messages to real people',
    file: 'src/config.ts', find: "v.PACTO_CLOCK !== 'virtual' || realProviders(v).length === 0", replace: "v.PACTO_CLOCK !== 'virtual' || realProviders(v).length >= 0",
    tests: ['tests/config/config.test.ts'],
  },
  {
    name: 'earlier-wake-ignored', breaks: 'A run sleeps through what has become due earlier: its timer is never re-armed, and running workflows break on the next release',
    file: 'workflows/armed-timer.ts', find: 'this.#wakeAt <= until', replace: 'this.#wakeAt >= 0',
    tests: ['tests/replay/replay.test.ts'], only: 'every stored history',
  },
  {
    name: 'commands-in-another-order', breaks: 'A changed sequence of commands breaks every running pre-legal case at the next release',
    file: 'workflows/pre-legal.ts', find: "while (state === 'opened' || state === 'approved') {\n    news = false;", replace: "while (state === 'opened' || state === 'approved') {\n    await condition(() => news, 1);\n    news = false;",
    tests: ['tests/replay/replay.test.ts'], only: 'every stored history',
  },
];
