import { SegmentedMessage } from 'sms-segments-calculator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { MessageDataInput } from '../../src/text/message-data.ts';
import { renderMessage } from '../../src/text/render.ts';
import { smsLength, toGsm7 } from '../../src/text/sms.ts';
import { shippedTemplates, templateBody } from '../../src/text/template.ts';

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
const LAPSED: MessageDataInput = { ...RICH, items: [{ ...CLP_ITEM, kind: 'lapsedDiscount' }] };
const MINIMAL = message({ creditorName: 'Comercial Sur', firm: 'Comercial Sur', country: null });

const templates = shippedTemplates();
const shipped = (key: string) => {
  const found = templates.find((template) => template.key === key);
  if (!found) throw new Error(`no template ${key}`);
  return found.body;
};

test('every template that the standard strategy and the survey need is shipped once', () => {
  const keys = templates.map(({ key, locale }) => `${locale}/${key}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of ['upcoming', 'missed', 'second-notice', 'third-notice', 'promise-eve', 'promise-broken', 'settled', 'survey']) {
    expect(keys).toContain(`es-CL/${key}`);
  }
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

describe.each(templates.map(({ key, body }) => [key, body] as const))('%s', (_key, body) => {
  test.each([['minimal', MINIMAL], ['rich', RICH], ['unconfirmed', { ...RICH, confirmed: false }], ['lapsed discount', LAPSED]] as const)('with %s data the SMS is GSM-7 of at most two segments', (_name, data) => {
    for (const locale of ['es-CL', 'es-CO', 'es-MX', 'es-PE']) {
      const { body: text } = renderMessage(body, 'sms', locale, data);
      const counted = new SegmentedMessage(text, 'auto', false);
      expect(counted.getEncodingName()).toBe('GSM-7');
      expect(counted.segmentsCount).toBeLessThanOrEqual(2);
      expect(smsLength(text)).toMatchObject({ encoding: 'GSM-7', segments: counted.segmentsCount });
      expect(text).not.toMatch(/[{}]|\[\[|undefined|null/);
    }
  });

  test('the mail says who writes and leaves no placeholder, in text and in HTML', () => {
    for (const data of [MINIMAL, RICH]) {
      const mail = renderMessage(body, 'email', 'es-CL', data);
      for (const part of [mail.subject, mail.text, mail.html.replace(/style="[^"]*"/g, '')]) expect(part).not.toMatch(/[{}]|undefined|\bnull\b/);
      expect(mail.text).toContain(data.firm);
      expect(mail.subject).not.toMatch(/\$|\n/);
    }
  });

  test('to whom is not confirmed, neither the SMS nor the subject tells of money, and NO SOY is offered', () => {
    const data = { ...message(), confirmed: false };
    const sms = renderMessage(body, 'sms', 'es-CL', data).body;
    const mail = renderMessage(body, 'email', 'es-CL', data);
    for (const text of [sms, mail.subject]) expect(text).not.toMatch(/\$|\d{2}\.\d{3}|cuota|pago|deuda|acuerdo|cobranza|Comercial Sur/i);
    expect(sms).toContain('NO SOY');
    expect(mail.text).toContain('NO SOY');
  });
});

const NOTICES = ['missed', 'second-notice', 'third-notice', 'promise-broken'];

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
  for (const { key, body } of templates) {
    const mail = renderMessage(body, 'email', 'es-CL', message());
    const said = `${renderMessage(body, 'sms', 'es-CL', message()).body} ${mail.subject} ${mail.text}`;
    expect(`${key}: ${said.replace('Esta gestión no es un procedimiento destinado a embargar sus bienes.', '')}`)
      .not.toMatch(/!|último aviso|incumpl|moros|deudor|demanda|judicial|embarg(?!ar sus bienes)|urgente|DICOM|por qué no/i);
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
    expect(body).toContain('12.345.990');
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
