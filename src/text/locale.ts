/** The locales that texts are shipped in, and which one serves a person. A country's Spanish is the language's with its own words. */

export const LOCALES = ['es', 'es-CL', 'es-CO', 'es-MX', 'es-PE', 'pt-BR', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** The locale that another takes what it does not say itself from; null when it stands alone. */
export function parentOf(locale: Locale): Locale | null {
  return locale !== 'es' && locale.startsWith('es-') ? 'es' : null;
}

export function isLocale(text: string): text is Locale {
  return LOCALES.some((locale) => locale === text);
}

/** The language with the country where the person lives: amounts and dates are written as people there write them. */
export function localeFor(language: string, country: string | null): string {
  return language.includes('-') || country === null ? language : `${language}-${country}`;
}

/** Of these locales the one that serves a person best: the very one, its language, else any of the same language; undefined when none. */
export function bestLocale(available: readonly string[], wanted: string): string | undefined {
  const language = wanted.split('-')[0] ?? wanted;
  return available.find((one) => one === wanted) ?? available.find((one) => one === language) ?? available.find((one) => one.split('-')[0] === language);
}

/** The country that a locale names, or null. */
export function countryOf(locale: string): string | null {
  return /-([A-Z]{2})$/.exec(locale)?.[1] ?? null;
}
