import { describe, expect, test } from 'vitest';
import type { ContentRule } from '../../src/contact-law/policy.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { textLawOf } from '../../src/contact-law/text-law.ts';
import { AppError } from '../../src/errors.ts';
import { countriesOf, templateFaults, type LawOf } from '../../src/text/check.ts';
import { contentFaults, refuseFaults, type SaidText } from '../../src/text/content-rule.ts';
import { fixture } from '../../src/text/fixtures.ts';
import { BLOCK_IDS, DETAIL_BLOCKS } from '../../src/text/phrases.ts';
import { renderMessage } from '../../src/text/render.ts';
import { isLintId } from '../../src/text/lint.ts';
import { LOCALES } from '../../src/text/locale.ts';
import { readTemplate, shippedTemplates } from '../../src/text/shipped.ts';

const POLICIES = shippedPolicies('test');
const lawOf: LawOf = (country) => textLawOf(POLICIES, country, '2026-11-27');
/** ISO codes of every country that has a profile. */
const COUNTRIES = Object.values(POLICIES.profiles).filter(({ id, zones }) => zones !== undefined && id !== 'HOUSE').map(({ id }) => (id === 'UK' ? 'GB' : id));

/** A template that keeps every rule, with one thing changed. */
function file(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    key: 'own-notice', locale: 'es-CL', sms: 'Hola {{ firstName }}, {{ firm }} por {{ creditorName }}: {{ link }} [[notSeizure]] [[optOutHowTo]]', subject: 'Sobre su acuerdo',
    mail: [{ text: 'No registramos el pago de {{ items | cuotas }}.' }, { details: 'all' }, { block: 'stop' }], ...change,
  };
}

const messages = (given: Record<string, unknown>, country: string): string[] => templateFaults(readTemplate(given), lawOf, [country]).map(({ message }) => message);

test('every shipped text keeps the rules of every country, in every locale', () => {
  const faults = shippedTemplates().flatMap((template) => COUNTRIES.flatMap((country) =>
    templateFaults(template, lawOf, [country]).map(({ message }) => `${template.locale}/${template.key} in ${country}: ${message}`)));
  expect(faults).toEqual([]);
}, 120_000);

test('every block and every list that a profile, an overlay or a provider names exists', () => {
  const rules: ContentRule[] = Object.values(POLICIES.profiles).flatMap(({ content = [] }) => content);
  expect(rules.length).toBeGreaterThan(10);
  expect(rules.flatMap(({ id, must = [] }) => must.filter((block) => !BLOCK_IDS.some((known) => known === block)).map((block) => `${id}: ${block}`))).toEqual([]);
  expect(rules.flatMap(({ id, mustNot = [] }) => mustNot.filter((list) => !isLintId(list)).map((list) => `${id}: ${list}`))).toEqual([]);
});

test('every country with a profile is served by a language or a locale that we ship, and every locale serves one', () => {
  const served = new Set(LOCALES.flatMap((locale) => countriesOf(locale)));
  expect(COUNTRIES.filter((country) => !served.has(country))).toEqual([]);
  expect([...served].filter((country) => !COUNTRIES.includes(country))).toEqual([]);
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
      expect(messages(file(change), 'CL').join()).toMatch(/CL-mustnot \(LPDC 37\): ".*demanda"/);
    }
  });

  test('that asks the reason in Colombia, and there only', () => {
    const asks = file({ mail: [{ text: '¿Por qué no ha pagado su cuota?' }, { details: 'all' }, { block: 'stop' }] });
    expect(messages(asks, 'CO')).toEqual([expect.stringMatching(/^CO-why \(Ley 2300 art\. 7\): "por que no ha pagado"/)]);
    expect(messages(asks, 'CL')).toEqual([]);
  });

  test.each(['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'])('that leaves out the block %s in a mail in Chile', (block) => {
    const others = ['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'].filter((one) => one !== block);
    const faults = messages(file({ mail: [{ details: others }, { block: 'stop' }] }), 'CL');
    // Every mail opens by saying on whose behalf it is written.
    expect(faults).toEqual(block === 'creditor' ? [] : [expect.stringContaining(`the mandatory block ${block} is missing`)]);
  });

  test('whose SMS in Chile has no link to the details, or only one that a condition hides', () => {
    expect(messages(file({ sms: 'Hola {{ firstName }} [[optOutHowTo]]' }), 'CL')).toEqual([expect.stringMatching(/^CL-must \(LPDC 37 nos\. 1-7\): .*detailLink is missing/)]);
    expect(messages(file({ sms: 'Hola {% if totalMinor > 999999999 %}{{ link }}{% endif %} [[optOutHowTo]]' }), 'CL')).toEqual([expect.stringContaining('detailLink')]);
    // Thanks collect nothing and need no link.
    expect(messages(file({ sms: 'Gracias {{ firstName }} [[optOutHowTo]]', purpose: 'transactional' }), 'CL')).toEqual([]);
  });

  test.each([
    ['MX', 'Deposite su pago en nuestra cuenta', /^MX-not \(CONDUSEF 2014\): .*\(payToCollector\)/], ['MX', 'Citatorio judicial: comparezca', /^MX-not \(CONDUSEF 2014\): .*judicialLook/],
    ['MX', 'Pague en este enlace hoy mismo', /^MX-not \(CONDUSEF 2014\): .*\(payToCollector\)/], ['MX', 'Un gestor pasará a recoger su pago', /^MX-not \(CONDUSEF 2014\): .*\(payToCollector\)/],
    ['PE', 'Por la presente se le notifica que debe', /^PE-not \(Ley 29571 art\. 62\.a, f\): .*judicialLook/], ['PE', 'Avisaremos a su empleador', /^PE-not .*thirdPartyDisclosure/],
    ['AR', 'Último aviso: aténgase a las consecuencias', /^AR-not \(Ley 24\.240 art\. 8 bis\): .*threat/], ['AR', 'Cédula de notificación judicial', /^AR-not .*judicialLook/],
    ['ES', 'Último aviso: aténgase a las consecuencias', /^ES-not \(Dir\. \(EU\) 2021\/2167 art\. 10\): .*threat/], ['ES', 'Hablaremos también con sus vecinos', /^ES-not .*thirdPartyDisclosure/],
    ['BR', 'Último aviso: aténgase a las consecuencias', /^BR-not \(CDC 42, 71\): .*threat/], ['GB', 'Último aviso: aténgase a las consecuencias', /^UK-not \(CONC 7\.9\.7 R\): .*threat/],
  ])('that says in %s: %s', (country, sentence, said) => {
    expect(messages(file(), country)).toEqual([]);
    expect(messages(file({ mail: [{ text: sentence }, { details: 'all' }, { block: 'stop' }] }), country)).toEqual([expect.stringMatching(said)]);
  });

  test.each([
    ['MX', 'agentName', /^MX-id \(CONDUSEF 2014\): the mandatory block agentName is missing/], ['BR', 'creditorNameAddressTaxId', /^BR-must \(CDC 42-A\): the mandatory block creditorNameAddressTaxId is missing/],
    ['US', 'debtCollectorDisclosure', /^US-mini \(12 CFR 1006\.18\(e\)\): the mandatory block debtCollectorDisclosure is missing/],
  ])('that leaves out in %s the block %s', (country, block, said) => {
    const details = DETAIL_BLOCKS.filter((one) => one !== block);
    expect(messages(file({ mail: [{ details }, { block: 'stop' }] }), country)).toEqual([expect.stringMatching(said)]);
  });

  test('whose SMS in Mexico offers money, which the provider forbids', () => {
    expect(messages(file({ sms: 'Solicite un préstamo: {{ link }} [[optOutHowTo]]' }), 'MX')).toEqual([expect.stringMatching(/^provider-mx-content \(Twilio SMS guidelines for Mexico\)/)]);
  });

  test('in every country that its language serves', () => {
    const asks = readTemplate({ ...file({ mail: [{ text: '¿Por qué no ha pagado su cuota?' }, { details: 'all' }, { block: 'stop' }] }), locale: 'es' });
    expect(templateFaults(asks, lawOf).map(({ rule }) => rule)).toEqual(['CO-why']);
    const judicial = readTemplate({ ...file({ mail: [{ text: 'Citación judicial' }, { details: 'all' }, { block: 'stop' }] }), locale: 'es' });
    expect(templateFaults(judicial, lawOf).map(({ rule }) => rule)).toEqual(expect.arrayContaining(['CL-mustnot', 'MX-not', 'PE-not', 'AR-not']));
  });

  test('though never for the sentence that the law itself words, which stands in it', () => {
    const { body } = readTemplate(file());
    expect(body.kind === 'message' ? renderMessage(body, 'email', 'es-CL', fixture('ordinary', 'CL')).text : '').toContain('no es un procedimiento destinado a embargar sus bienes');
    expect(messages(file(), 'CL')).toEqual([]);
    const reworded = file({ mail: [{ text: 'Esta gestión no busca embargar sus bienes.' }, { details: 'all' }, { block: 'stop' }] });
    expect(messages(reworded, 'CL').join()).toMatch(/CL-mustnot/);
  });

  test('whose fixed sentence hides behind a condition that never holds', () => {
    const hidden = file({ sms: 'Hola {{ link }} {% if short and confirmed and firm == "x" %}[[optOutHowTo]]{% endif %}' });
    expect(messages(hidden, 'US').join()).toContain('optOutHowTo is missing');
  });

  test('as ERR_TEMPLATE that names rule, source and field', () => {
    const faults = templateFaults(readTemplate(file({ subject: 'Orden judicial' })), lawOf, ['CL']);
    const refused = (): void => refuseFaults('own-notice', faults);
    expect(refused).toThrow(AppError);
    expect(refused).toThrow(/own-notice breaks CL-mustnot \(LPDC 37\)/);
    expect(() => refuseFaults('own-notice', [])).not.toThrow();
  });
});

describe('a text as it leaves', () => {
  const said = (change: Partial<SaidText> = {}): SaidText => ({ channel: 'email', purpose: 'collection', locale: 'es-CL', blocks: [], without: [], fields: [{ path: 'mail', text: 'Hola' }], ...change });
  const must: ContentRule = { id: 'X-must', at: 'every', must: ['rights'], basis: 'law', cite: 'Ley X', confidence: 'A', says: { es: 'x', en: 'x' } };

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

  test('a rule for another channel does not bind', () => {
    expect(contentFaults([{ ...must, channels: ['sms'] }], said())).toEqual([]);
  });

  test('what a rule wants of mails and leaves short messages no room for stands behind their link', () => {
    const mails: ContentRule = { ...must, channels: ['email', 'call'] };
    expect(contentFaults([mails], said({ channel: 'sms' })).map(({ message }) => message)).toEqual([expect.stringContaining('detailLink is missing')]);
    expect(contentFaults([mails], said({ channel: 'sms', blocks: ['detailLink'] }))).toEqual([]);
    expect(contentFaults([mails], said({ channel: 'sms', blocks: ['rights'] }))).toEqual([]);
    expect(contentFaults([{ ...mails, must: ['optOutHowTo'] }], said({ channel: 'sms' }))).toEqual([]);
    expect(contentFaults([{ ...mails, channels: ['call'] }], said({ channel: 'sms' }))).toEqual([]);
  });

  test('an id that nobody knows counts as broken', () => {
    expect(contentFaults([{ ...must, must: ['newBlock'] }], said()).map(({ message }) => message)).toEqual(['X-must (Ley X): the block newBlock is not known']);
    expect(contentFaults([{ ...must, must: [], mustNot: ['newList'] }], said()).map(({ message }) => message)).toEqual(['X-must (Ley X): the list newList is not known']);
  });
});
