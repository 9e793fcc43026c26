import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { templateFaults } from '../../src/text/check.ts';
import { contentFaults, refuseFaults, type ContentRule, type SaidText } from '../../src/text/content-rule.ts';
import { BLOCK_IDS } from '../../src/text/phrases.ts';
import { isLintId } from '../../src/text/lint.ts';
import { readTemplate, shippedTemplates } from '../../src/text/shipped.ts';
import { CONTENT_RULES, contentRulesOf } from '../../src/text/shipped-rules.ts';

/** A template that keeps every rule, with one thing changed. */
function file(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    key: 'own-notice', locale: 'es-CL', sms: 'Hola {{ firstName }}, {{ firm }} por {{ creditorName }}: {{ link }} [[notSeizure]] [[optOutHowTo]]', subject: 'Sobre su acuerdo',
    mail: [{ text: 'No registramos el pago de {{ items | cuotas }}.' }, { details: 'all' }, { block: 'stop' }], ...change,
  };
}

const messages = (given: Record<string, unknown>, country: string): string[] => templateFaults(readTemplate(given), contentRulesOf, [country]).map(({ message }) => message);

test('every shipped text keeps the rules of every country, in every locale', () => {
  const faults = shippedTemplates().flatMap((template) => Object.keys(CONTENT_RULES).flatMap((country) =>
    templateFaults(template, contentRulesOf, [country]).map(({ message }) => `${template.locale}/${template.key} in ${country}: ${message}`)));
  expect(faults).toEqual([]);
});

test('every block and every list that a rule names exists', () => {
  const rules = Object.values(CONTENT_RULES).flat();
  expect(rules.flatMap(({ must = [] }) => must).filter((id) => !BLOCK_IDS.some((known) => known === id))).toEqual([]);
  expect(rules.flatMap(({ mustNot = [] }) => mustNot).filter((id) => !isLintId(id))).toEqual([]);
});

describe('a template is refused with the rule and its source', () => {
  test('that mentions a lawsuit in Chile, wherever it stands', () => {
    expect(messages(file(), 'CL')).toEqual([]);
    const suit = 'Si no paga, presentaremos una demanda.';
    for (const change of [
      { sms: `${suit} {{ link }} [[notSeizure]] [[optOutHowTo]]` }, { subject: suit }, { mail: [{ text: suit }, { details: 'all' }, { block: 'stop' }] },
      { mail: [{ details: 'all' }, { block: 'stop' }, { button: suit, to: 'link' }] },
      { mail: [{ text: '{% if totalMinor > 99999999999 %}Presentaremos una demanda{% endif %} Hola' }, { details: 'all' }, { block: 'stop' }] },
      { mail: [{ text: "{% assign x = 'una demanda' %}Hola" }, { details: 'all' }, { block: 'stop' }] },
    ]) {
      expect(messages(file(change), 'CL').join()).toMatch(/CL-mustnot \(Ley 19\.496 .*art\. 37\): ".*demanda"/);
    }
  });

  test('that asks the reason in Colombia, and there only', () => {
    const asks = file({ mail: [{ text: '¿Por qué no ha pagado su cuota?' }, { details: 'all' }, { block: 'stop' }] });
    expect(messages(asks, 'CO')).toEqual([expect.stringMatching(/^CO-why \(Ley 2300 de 2023, art\. 7\): "por que no ha pagado"/)]);
    expect(messages(asks, 'CL')).toEqual([]);
  });

  test.each(['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'])('that leaves out the block %s in a mail in Chile', (block) => {
    const others = ['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'].filter((one) => one !== block);
    const faults = messages(file({ mail: [{ details: others }, { block: 'stop' }] }), 'CL');
    // Every mail opens by saying on whose behalf it is written.
    expect(faults).toEqual(block === 'creditor' ? [] : [expect.stringContaining(`the mandatory block ${block} is missing`)]);
  });

  test('whose SMS in Chile has no link to the details', () => {
    expect(messages(file({ sms: 'Hola {{ firstName }} [[optOutHowTo]]' }), 'CL')).toEqual([expect.stringContaining('detailLink')]);
  });

  test('whose fixed sentence hides behind a condition that never holds', () => {
    const hidden = file({ sms: 'Hola {{ link }} {% if short and confirmed and firm == "x" %}[[optOutHowTo]]{% endif %}' });
    expect(messages(hidden, 'US').join()).toContain('optOutHowTo is missing');
  });

  test('as ERR_TEMPLATE that names rule, source and field', () => {
    const faults = templateFaults(readTemplate(file({ subject: 'Orden judicial' })), contentRulesOf, ['CL']);
    const refused = (): void => refuseFaults('own-notice', faults);
    expect(refused).toThrow(AppError);
    expect(refused).toThrow(/own-notice breaks CL-mustnot \(Ley 19\.496/);
    expect(() => refuseFaults('own-notice', [])).not.toThrow();
  });
});

describe('a text as it leaves', () => {
  const said = (change: Partial<SaidText> = {}): SaidText => ({ channel: 'email', purpose: 'collection', locale: 'es-CL', blocks: [], without: [], fields: [{ path: 'mail', text: 'Hola' }], ...change });
  const must: ContentRule = { id: 'X-must', at: 'every', must: ['rights'], cite: 'Ley X', says: { es: '', en: '' } };

  test('thanks and surveys need no mandatory block, but keep to the forbidden lists', () => {
    const not: ContentRule = { ...must, id: 'X-not', must: [], mustNot: ['threat'] };
    expect(contentFaults([must], said())).toHaveLength(1);
    expect(contentFaults([must], said({ purpose: 'transactional' }))).toEqual([]);
    expect(contentFaults([not], said({ purpose: 'survey', fields: [{ path: 'sms', text: 'Último aviso' }] }))).toHaveLength(1);
  });

  test('an SMS tells by its link what it has no room for, but never how to stop', () => {
    expect(contentFaults([must], said({ channel: 'sms', blocks: ['detailLink'] }))).toEqual([]);
    expect(contentFaults([must], said({ channel: 'email', blocks: ['detailLink'] }))).toHaveLength(1);
    expect(contentFaults([{ ...must, must: ['optOutHowTo'] }], said({ channel: 'sms', blocks: ['detailLink'] }))).toHaveLength(1);
  });

  test('a rule for another channel or another kind of creditor does not bind; what is not told may bind', () => {
    expect(contentFaults([{ ...must, channels: ['sms'] }], said())).toEqual([]);
    const third: ContentRule = { ...must, when: { creditorType: 'thirdParty' } };
    expect(contentFaults([third], said(), { creditorType: 'firstParty' })).toEqual([]);
    expect(contentFaults([third], said(), { creditorType: 'thirdParty' })).toHaveLength(1);
    expect(contentFaults([third], said())).toHaveLength(1);
  });

  test('an id that nobody knows counts as broken', () => {
    expect(contentFaults([{ ...must, must: ['newBlock'] }], said()).map(({ message }) => message)).toEqual(['X-must (Ley X): the block newBlock is not known']);
    expect(contentFaults([{ ...must, must: [], mustNot: ['newList'] }], said()).map(({ message }) => message)).toEqual(['X-must (Ley X): the list newList is not known']);
  });
});
