/** `pacto template preview|publish <file>`. The preview needs no server and no database. */
import { writeFileSync } from 'node:fs';
import { wallNow } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { publishingLaw, publishTemplate } from '../../register/template.ts';
import { refuseFaults } from '../../text/content-rule.ts';
import { previewTemplate, type Preview, type PreviewedFixture } from '../../text/preview.ts';
import { readTemplateFile } from '../../text/shipped.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import type { Output } from '../output.ts';

const COUNTRY = /^[A-Z]{2}$/;
const LOCALE = /^[a-z]{2}(-[A-Z]{2})?$/;

export interface PreviewFlags {
  readonly locale?: string;
  readonly country?: string;
  readonly html?: string;
  readonly segmentPrice?: string;
}

/** Prints the three fixtures; what a law forbids is ERR_TEMPLATE, after the preview, with the rule and its source. */
export function preview(output: Output, file: string, flags: PreviewFlags): void {
  checkFlags(flags);
  const segmentPrice = priceOf(flags.segmentPrice);
  const shown = previewTemplate(readTemplateFile(file, flags.locale), publishingLaw(wallNow()), { country: flags.country, segmentPrice });
  if (flags.html !== undefined) writeHtml(flags.html, shown);
  output.answer(shown, [headline(shown), ...shown.fixtures.flatMap((one) => fixtureLines(shown, one))]);
  refuseFaults(shown.key, shown.faults);
}

/** Stores the file as the next version of its text. */
export async function publish(flags: GlobalFlags, output: Output, file: string, options: { locale?: string }): Promise<void> {
  checkFlags(options);
  const { key, locale, version, statesVersion, body } = readTemplateFile(file, options.locale);
  await withRegister(flags, async (ctx) => {
    const { created, template } = await publishTemplate(ctx, CLI_ACTOR, { key, locale, ...(statesVersion ? { version } : {}), ...body });
    output.answer({ created, ...template }, [`${template.key} (${template.locale}) version ${template.version}: ${created ? 'published' : 'is published already'}.`]);
  });
}

function checkFlags({ locale, country }: { locale?: string; country?: string }): void {
  if (country !== undefined && !COUNTRY.test(country)) throw new AppError('ERR_USAGE', '--country must be two capital letters, such as CL.');
  if (locale !== undefined && !LOCALE.test(locale)) throw new AppError('ERR_USAGE', '--locale must be a locale such as es-CL.');
}

function priceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const price = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(price < 100)) throw new AppError('ERR_USAGE', '--segment-price must be US dollars a segment, such as 0.065.');
  return price;
}

function headline({ key, locale, version, country, purpose, segmentPrice, priceAssumed }: Preview): string {
  return `${key} (${locale}, version ${version}, ${purpose}) in ${country}; a segment costs USD ${segmentPrice}${priceAssumed ? ' (assumed)' : ''}`;
}

function fixtureLines({ country }: Preview, { fixture, confirmed, sms, email, script }: PreviewedFixture): string[] {
  const title = `\n== ${fixture}, ${country}, ${confirmed ? 'confirmed' : 'not confirmed'}`;
  const written = sms === undefined || email === undefined ? [] : [
    `SMS: ${sms.segments} segment${sms.segments === 1 ? '' : 's'}, ${sms.units} characters ${sms.encoding}, USD ${sms.cost.toFixed(3)}`, `  ${sms.body}`,
    `Subject: ${email.subject}`, ...email.text.trimEnd().split('\n').map((line) => `  ${line}`),
  ];
  return [title, ...written, ...(script ?? []).map((line) => `  ${line.mandatory ? '[ ]' : '   '} ${line.id}: ${line.say}`)];
}

/** The mail of the ordinary fixture, as a browser shows it. */
function writeHtml(path: string, { fixtures }: Preview): void {
  const html = fixtures.find(({ fixture, confirmed }) => fixture === 'ordinary' && confirmed)?.email?.html;
  if (html === undefined) throw new AppError('ERR_USAGE', 'A script has no mail to write.');
  try {
    writeFileSync(path, html);
  } catch (cause) {
    throw new AppError('ERR_USAGE', `The file ${path} cannot be written.`, { cause });
  }
}
