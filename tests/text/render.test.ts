import { SegmentedMessage } from 'sms-segments-calculator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { MessageDataInput } from '../../src/text/message-data.ts';
import { renderMessage } from '../../src/text/render.ts';
import { smsLength, toGsm7 } from '../../src/text/sms.ts';
import { FIXTURE_NAMES, fixture } from '../../src/text/fixtures.ts';
import { localeFor, LOCALES } from '../../src/text/locale.ts';
import { phrasesOf } from '../../src/text/phrases.ts';
import { shippedTemplates } from '../../src/text/shipped.ts';
import { templateBody, type TemplateBody } from '../../src/text/template.ts';

const CLP_ITEM = { reference: 'C-9', instalmentNumber: 2, instalments: 6, dueOn: '2026-12-05', amountMinor: 45_990, currency: 'CLP' };

function message(over: Partial<MessageDataInput> = {}): MessageDataInput {
  return {
    firstName: 'Ana', firm: 'Andes Servicios', creditorName: 'Comercial Sur', confirmed: true, items: [CLP_ITEM], totalMinor: 45_990,
    currency: 'CLP', link: 'https://p.example/x7', surveyUrl: 'https://p.example/s/Zk4', zone: 'America/Santiago', country: 'CL',
    promise: { dueOn: '2026-12-11', amountMinor: 45_990 },
    callback: { from: Date.parse('2026-12-11T18:05:00Z'), zone: 'America/Santiago' },
    ...over,
  };
}

const RICH = message({
  firstName: 'Maximiliano Sebastián', firm: 'Servicios Integrales de Normalización del Pacífico SpA', creditorName: 'Compañía Distribuidora Ñuñoa y Cía. Ltda.',
  items: [CLP_ITEM, { ...CLP_ITEM, instalmentNumber: 0 }, { ...CLP_ITEM, reference: 'C-10', instalmentNumber: 12, instalments: 48 }], totalMinor: 137_970,
  link: 'http://127.0.0.1:40123/d/0b9c6b44e2f94a6c', unsubscribeUrl: 'https://p.example/u/abc?x=1&y=2',
});

const templates = shippedTemplates().flatMap(({ key, locale, body }) => (body.kind === 'message' ? [{ key, locale, body }] : []));
const shipped = (key: string, locale = 'es-CL'): TemplateBody => {
  const found = templates.find((template) => template.key === key && template.locale === locale);
  if (!found) throw new Error(`no template ${key} in ${locale}`);
  return found.body;
};
const countryFor = (locale: string): string => ({ es: 'AR', en: 'US' })[locale] ?? locale.split('-')[1] ?? 'CL';

const KEYS = [
  'callback-confirmation', 'final-notice', 'first-contact', 'missed', 'pre-legal-notice', 'promise-broken', 'promise-eve', 'second-notice', 'settled', 'survey',
  'third-notice', 'upcoming', 'useful-notice', 'written-information',
];

test('every text is shipped once in every locale', () => {
  for (const locale of LOCALES) expect(templates.filter((template) => template.locale === locale).map(({ key }) => key)).toEqual(KEYS);
});

test('a charge or a lapsed discount is no instalment of the plan: never "7 de 6"', () => {
  const charge = { ...CLP_ITEM, kind: 'charge' as const, instalmentNumber: 7, amountMinor: 5_000 };
  const lapsed = { ...CLP_ITEM, kind: 'lapsedDiscount' as const, instalmentNumber: 8, amountMinor: 20_000 };
  const body = shipped('missed');
  const alone = renderMessage(body, 'email', 'es-CL', message({ items: [charge], totalMinor: 5_000 }));
  expect(alone.text).toContain('No registramos el pago de un cargo ($5.000, sábado 5 de diciembre).');
  expect(alone.text).toContain('- C-9 · Cargo · ');
  const all = renderMessage(body, 'email', 'es-CL', message({ items: [CLP_ITEM, charge, lapsed], totalMinor: 70_990 }));
  expect(all.text).toContain('3 montos por $70.990');
  expect(all.text).toContain('2 de 6');
  expect(all.text).toContain('Diferencia por descuento que ya no rige');
  for (const { text, html } of [alone, all]) expect(text + html).not.toMatch(/[78] de 6|cuota [78]/);
});

/** Words that tell an onlooker of a debt, in any of the languages. */
const TELLS = /\$|R\$|S\/|\d{2}[.,]\d{3}|\b(cuotas?|parcialidad\w*|parcelas?|pagos?|pagamento|pay\w*|paid|deudas?|d[ií]vida|debt\w*|acuerdo|convenio|acordo|agreement|cobran[zç]a|collect\w*|saldo|vencid\w*|overdue|owe\w*|embarg\w*|seiz\w*|penhor\w*)\b/i;

describe.each(LOCALES)('in %s', (locale) => {
  const own = templates.filter((template) => template.locale === locale);
  const country = countryFor(locale);
  const written = localeFor(locale, country);

  test.each(['charge', 'lapsedDiscount', 'debt'] as const)('what is owed besides the instalments (%s) is said in no more room', (kind) => {
    for (const { body } of own) {
      const given = fixture('emptiest', country);
      const { body: text } = renderMessage(body, 'sms', written, { ...given, confirmed: true, items: given.items?.map((item) => ({ ...item, kind })) });
      expect(smsLength(text)).toMatchObject({ encoding: 'GSM-7' });
      expect(smsLength(text).segments).toBeLessThanOrEqual(2);
    }
  });

  test.each(own.map(({ key, body }) => [key, body] as const))('%s: each fixture gives an SMS in GSM-7 of at most two segments, confirmed or not', (_key, body) => {
    for (const name of FIXTURE_NAMES) {
      for (const place of [country, 'CL', 'US']) {
        for (const confirmed of [true, false]) {
          const { body: text } = renderMessage(body, 'sms', written, { ...fixture(name, place), confirmed });
          const counted = new SegmentedMessage(text, 'auto', false);
          expect({ encoding: counted.getEncodingName(), fits: counted.segmentsCount <= 2, segments: smsLength(text).segments }).toEqual({ encoding: 'GSM-7', fits: true, segments: counted.segmentsCount });
          expect(text).not.toMatch(/[{}]|\[\[|undefined|null/);
        }
      }
    }
  });

  test.each(own.map(({ key, body }) => [key, body] as const))('%s: to whom is not confirmed SMS, subject and the first lines of the mail tell no debt, and a way to say so is offered', (_key, body) => {
    const data = { ...fixture('ordinary', country), confirmed: false };
    const sms = renderMessage(body, 'sms', written, data).body;
    const mail = renderMessage(body, 'email', written, data);
    const seen = mail.html.replace(/<head>[\s\S]*?<\/head>/, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim();
    for (const text of [sms, mail.subject, ...(body.discreet ? [] : [mail.text.slice(0, 150), seen.slice(0, 150)])]) expect(text.replace(/https?:\S+/g, '')).not.toMatch(TELLS);
    for (const text of [sms, mail.subject, ...(body.discreet ? [mail.text, seen] : [mail.text.slice(0, 150), seen.slice(0, 150)])]) expect(text).not.toContain('Comercial Sur');
    const { notYou } = phrasesOf(locale).replies;
    expect(sms).toContain(notYou);
    expect(mail.text).toContain(notYou);
  });

  test.each(own.map(({ key, body }) => [key, body] as const))('%s: the mail says who writes and how to stop, and leaves no placeholder, in text and in HTML', (_key, body) => {
    for (const name of FIXTURE_NAMES) {
      const data = fixture(name, country);
      const mail = renderMessage(body, 'email', written, data);
      for (const part of [mail.subject, mail.text, mail.html.replace(/style="[^"]*"/g, '')]) expect(part).not.toMatch(/[{}]|undefined|\bnull\b/);
      expect(mail.text).toContain(data.firm);
      expect(mail.text).toMatch(data.unsubscribeUrl === undefined ? /BAJA|SAIR|STOP/ : /https:\/\/avisos\.pacto\.example\/u\//);
      expect(mail.subject).not.toMatch(/\$|\n/);
    }
  });
});

test('a country says what is said differently there, and takes the rest from its language', () => {
  const said = (locale: string, country: string): string => renderMessage(shipped('missed', locale), 'email', locale, fixture('ordinary', country)).text;
  expect(said('es-MX', 'MX')).toContain('No registramos el pago de la parcialidad 2 ($459.90');
  expect(said('es-CL', 'CL')).toContain('a la hora que le acomoda');
  expect(said('es-CO', 'CO')).toContain('a la hora que le queda bien');
  expect(said('pt-BR', 'BR')).toContain('parcela 2 (R$ 459,90');
  expect(said('en', 'US')).toContain('instalment 2 ($459.90, Saturday, December 5)');
  expect(renderMessage(shipped('second-notice', 'es-PE'), 'email', 'es-PE', fixture('ordinary', 'PE')).subject).toBe('Su acuerdo con Comercial Sur: conozca sus opciones');
});

const NOTICES = ['missed', 'second-notice', 'third-notice', 'final-notice', 'pre-legal-notice', 'useful-notice', 'written-information', 'promise-broken'];

test.each(NOTICES)('the notice %s of an unpaid amount carries the fixed sentences, in Chile that it is no seizure', (key) => {
  const says = (country: string | null): string[] => {
    const data = message({ country });
    return [renderMessage(shipped(key), 'sms', 'es-CL', data).body, renderMessage(shipped(key), 'email', 'es-CL', data).text];
  };
  for (const text of [...says('CL'), ...says(null)]) {
    expect(toGsm7(text)).toContain('Si ya pago, no considere este mensaje.');
    expect(toGsm7(text)).toContain('Esta gestion no es un procedimiento destinado a embargar sus bienes.');
  }
  for (const text of says('PE')) expect(text).not.toContain('embargar');
});

test('no template threatens, shouts or accuses', () => {
  for (const { key, body } of templates.filter((template) => template.locale.startsWith('es'))) {
    const mail = renderMessage(body, 'email', 'es-CL', message());
    const said = `${renderMessage(body, 'sms', 'es-CL', message()).body} ${mail.subject} ${mail.text}`;
    expect(`${key}: ${said.replace('Esta gestión no es un procedimiento destinado a embargar sus bienes.', '')}`)
      .not.toMatch(/!|último aviso|incumpl|\bmoros|deudor|demanda|judicial|embarg(?!ar sus bienes)|urgente|DICOM|por qué no/i);
  }
});

test('amounts and dates stand as people there write them', () => {
  expect(renderMessage(shipped('upcoming'), 'sms', 'es-CL', message()).body).toContain('la cuota 2 ($45.990, sabado 5 de diciembre)');
  const soles = message({ currency: 'PEN', items: [{ ...CLP_ITEM, currency: 'PEN', amountMinor: 123_450 }], country: 'PE' });
  expect(renderMessage(shipped('upcoming'), 'email', 'es-PE', soles).text).toContain('S/ 1,234.50');
});

test('several instalments are counted in the SMS and listed with their total in the mail', () => {
  expect(renderMessage(shipped('missed'), 'sms', 'es-CL', RICH).body).toContain('3 cuotas por $137.970');
  const { text } = renderMessage(shipped('missed'), 'email', 'es-CL', RICH);
  expect(text).toContain('- C-10 · 12 de 48 · sábado 5 de diciembre · $45.990');
  expect(text).toContain('Total: $137.970');
});

test('a name cannot bring markup into the HTML nor a line into the subject', () => {
  const { html, subject } = renderMessage(shipped('missed'), 'email', 'es-CL', message({ firstName: '<img src=x onerror=1>', creditorName: 'A & B\r\nBcc: x@example.org' }));
  expect(html).not.toContain('<img');
  expect(html).toContain('&lt;img src=x onerror=1&gt;');
  expect(subject).not.toContain('\n');
});

test('only our own links are links, and they are escaped', () => {
  const { html } = renderMessage(shipped('missed'), 'email', 'es-CL', RICH);
  expect(html).toContain('<a href="https://p.example/u/abc?x=1&amp;y=2">');
});

test('missing data names the field and never a value', () => {
  const fault = (work: () => unknown): AppError => {
    try {
      work();
    } catch (error) {
      if (error instanceof AppError) return error;
    }
    throw new Error('nothing was refused');
  };
  const withoutPromise = fault(() => renderMessage(shipped('promise-eve'), 'sms', 'es-CL', message({ promise: null })));
  expect(withoutPromise).toMatchObject({ code: 'ERR_TEMPLATE', errors: [{ path: 'sms' }] });
  expect(withoutPromise.message).toContain('promise.amountMinor');
  const withoutSurvey = fault(() => renderMessage(shipped('survey'), 'email', 'es-CL', message({ surveyUrl: null })));
  expect(withoutSurvey.message).toContain('surveyUrl');
  const wrong = fault(() => renderMessage(shipped('missed'), 'sms', 'es-CL', message({ link: 'javascript:alert(1)', zone: 'Nowhere/Secret' })));
  expect(wrong.errors.map(({ path }) => path)).toEqual(['link', 'zone']);
  expect(wrong.message).not.toMatch(/alert|Secret|Ana/);
});

test('a notice to long names about a large amount still fits, because the names give way and the fixed sentences do not', () => {
  const data = { ...RICH, items: [{ ...CLP_ITEM, instalmentNumber: 12, instalments: 48, amountMinor: 12_345_990, dueOn: '2026-09-25' }], promise: { dueOn: '2026-09-25', amountMinor: 12_345_990 } };
  for (const key of NOTICES) {
    const { body } = renderMessage(shipped(key), 'sms', 'es-CL', data);
    if (key !== 'written-information') expect(body).toContain('12.345.990');
    expect(body).toContain('embargar sus bienes.');
  }
});

test('an SMS that cannot be brought into two segments is refused, not sent in three', () => {
  const body = templateBody.parse({ sms: 'palabra '.repeat(60), subject: 'x', mail: [{ text: 'x' }], discreet: true });
  expect(() => renderMessage(body, 'sms', 'es-CL', message())).toThrow('segments');
});

test('whatever the text, the sanitizer gives GSM-7 and the length is the one of the networks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const clean = toGsm7(text);
      const { encoding, segments } = smsLength(clean);
      expect(encoding).toBe('GSM-7');
      if (clean !== '') expect(segments).toBe(new SegmentedMessage(clean, 'auto', false).segmentsCount);
    }),
    { numRuns: 1_000 },
  );
});
