/** `pacto policy list|check`: the contact law on its own; needs no server and no database. */
import { readFile } from 'node:fs/promises';
import { answerCase, parseCases } from '../../contact-law/case-file.ts';
import { rulesOf } from '../../contact-law/explain.ts';
import type { ContactPolicy, PolicySet } from '../../contact-law/policy.ts';
import { shippedPolicies } from '../../contact-law/shipped.ts';
import { AppError } from '../../errors.ts';
import { table, type Output } from '../output.ts';

function policies(): PolicySet {
  return shippedPolicies(process.versions.tz ?? 'unknown');
}

/** Prints every layer with its rules, for counsel to review. */
export function listPolicies(output: Output): void {
  const { base, profiles, calendars, calendarVersion, tzVersion } = policies();
  const layers = [base, ...Object.values(profiles)];
  output.answer({
    profiles: layers.map((layer) => ({
      id: layer.id, version: layer.version, kind: kindOf(layer), extends: layer.extends ?? [], readings: layer.readings ?? [], rules: rulesOf(layer),
    })),
    calendars: Object.values(calendars).map(({ id, years }) => ({ id, years })), calendarVersion, tzVersion,
  }, [
    ...layers.flatMap((layer) => [
      `${layer.id} ${layer.version} (${kindOf(layer)})`,
      ...table(rulesOf(layer).map(({ id, basis, confidence, from, to, cite, says }) => [`  ${id}`, basis, confidence, [from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' '), `${says.en} [${cite}]`])),
      ...(layer.readings ?? []).map((reading) => `  reading ${reading.id}: ${reading.default} (default), ${reading.others.join(', ')} [${reading.cite}]`),
    ]),
    `calendars ${calendarVersion}: ${Object.values(calendars).map(({ id, years }) => `${id} ${Math.min(...years)}-${Math.max(...years)}`).join(', ')}; zones ${tzVersion}`,
  ]);
}

function kindOf(layer: ContactPolicy): string {
  if (layer.place !== undefined) return `overlay of ${(layer.extends ?? []).join(', ')}`;
  if (layer.zones !== undefined) return 'profile';
  return layer.id === 'BASE' ? 'under every profile' : 'layer';
}

/** Judges the cases of a file, an answer a line; ERR_POLICY when one is not as expected. */
export async function checkPolicies(output: Output, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${file} cannot be read.`, { cause });
  });
  const inForce = policies();
  const answers = parseCases(text).map((one) => answerCase(inForce, one));
  output.rows(answers);
  const wrong = answers.filter(({ ok }) => ok === false);
  output.say(`${answers.length} cases, ${answers.filter(({ ok }) => ok === true).length} as expected, ${wrong.length} not, ${answers.filter(({ ok }) => ok === undefined).length} without an expectation.`);
  if (wrong.length > 0) throw new AppError('ERR_POLICY', `Not as expected: ${wrong.map(({ id }) => id).join(', ')}.`);
}
