/** What a template looks like before anybody gets it: three fixtures, confirmed or not, with length and price. */
import { templateFaults, countriesOf, fixtureUnder, type LawOf } from './check.ts';
import type { ContentFault } from './content-rule.ts';
import { FIXTURE_NAMES, type FixtureName } from './fixtures.ts';
import { localeFor } from './locale.ts';
import type { MessageDataInput } from './message-data.ts';
import { renderMessage } from './render.ts';
import { renderScript, type ScriptLine } from './script.ts';
import type { TemplateFile } from './shipped.ts';
import { smsLength, type SmsEncoding } from './sms.ts';
import type { TemplateBody } from './template.ts';

/**
 * What a segment costs in US cents, for the preview only: assumed orders of magnitude, not anybody's tariff. Give the price
 * of your own contract with --segment-price.
 */
const ASSUMED_CENTS: Readonly<Record<string, number>> = { CL: 7, CO: 6, MX: 7, PE: 10, AR: 8, BR: 6, EC: 20, ES: 8, US: 1 };
const ELSEWHERE_CENTS = 10;

export interface PreviewedSms {
  readonly body: string;
  readonly encoding: SmsEncoding;
  readonly units: number;
  readonly segments: number;
  /** Of all its segments, in US dollars. */
  readonly cost: number;
}

export interface PreviewedEmail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface PreviewedFixture {
  readonly fixture: FixtureName;
  /** Whether the contact point is known to reach the person: what it is not told otherwise. */
  readonly confirmed: boolean;
  readonly sms?: PreviewedSms;
  readonly email?: PreviewedEmail;
  readonly script?: readonly ScriptLine[];
}

export interface Preview {
  readonly key: string;
  readonly locale: string;
  readonly version: number;
  readonly purpose: string;
  readonly country: string;
  /** Locale in which amounts and dates are written. */
  readonly writtenLocale: string;
  readonly segmentPrice: number;
  readonly priceAssumed: boolean;
  readonly fixtures: readonly PreviewedFixture[];
  readonly faults: readonly ContentFault[];
}

export interface PreviewOptions {
  readonly country?: string | undefined;
  /** US dollars a segment. */
  readonly segmentPrice?: number | undefined;
}

/** Renders everything; ERR_TEMPLATE when a fixture cannot be rendered. What a law forbids is in `faults`. */
export function previewTemplate(file: TemplateFile, lawOf: LawOf, options: PreviewOptions = {}): Preview {
  const countries = options.country === undefined ? countriesOf(file.locale) : [options.country];
  const country = countries[0] ?? 'CL';
  const writtenLocale = localeFor(file.locale, country);
  const segmentPrice = options.segmentPrice ?? (ASSUMED_CENTS[country] ?? ELSEWHERE_CENTS) / 100;
  const law = lawOf(country);
  const fixtures = FIXTURE_NAMES.flatMap((name) => [true, false].map((confirmed): PreviewedFixture => {
    const data = { ...fixtureUnder(law, name, country), confirmed };
    if (file.body.kind === 'script') return { fixture: name, confirmed, script: renderScript(file.body, writtenLocale, data).lines };
    return { fixture: name, confirmed, ...message(file.body, writtenLocale, data, segmentPrice) };
  }));
  return {
    key: file.key, locale: file.locale, version: file.version, purpose: file.body.purpose, country, writtenLocale, segmentPrice,
    priceAssumed: options.segmentPrice === undefined, fixtures, faults: templateFaults(file, lawOf, countries),
  };
}

function message(body: TemplateBody, locale: string, data: MessageDataInput, price: number): { sms: PreviewedSms; email: PreviewedEmail } {
  const sms = renderMessage(body, 'sms', locale, data);
  const { subject, text, html } = renderMessage(body, 'email', locale, data);
  const length = smsLength(sms.body);
  return { sms: { body: sms.body, ...length, cost: Math.round(length.segments * price * 10_000) / 10_000 }, email: { subject, text, html } };
}
