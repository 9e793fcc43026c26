/** Dates and hours as people there write them; the zone is always told, the host's is never used. */

/** larga: `sábado 5 de diciembre`; corta: `5 de diciembre`; completa: `sábado 5 de diciembre de 2026`; anual: `5 de diciembre de 2026`. */
export type DateStyle = 'larga' | 'corta' | 'completa' | 'anual';

export const DATE_STYLES: readonly DateStyle[] = ['larga', 'corta', 'completa', 'anual'];

const PARTS: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  larga: { weekday: 'long', day: 'numeric', month: 'long' },
  corta: { day: 'numeric', month: 'long' },
  completa: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  anual: { day: 'numeric', month: 'long', year: 'numeric' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** A local date (`YYYY-MM-DD`) in words. */
export function formatDate(localDate: string, locale: string, style: DateStyle = 'larga'): string {
  return inWords(Date.parse(`${localDate}T00:00:00Z`), locale, 'UTC', style);
}

/** The local date of an instant (epoch ms) in a zone, in words. */
export function formatDateAt(at: number, zone: string, locale: string, style: DateStyle = 'larga'): string {
  return inWords(at, locale, zone, style);
}

/** The wall time of an instant (epoch ms) in a zone: `15:05`. */
export function formatHour(at: number, zone: string, locale: string): string {
  return formatOf(locale, zone, 'hora', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

function inWords(at: number, locale: string, zone: string, style: DateStyle): string {
  const words = formatOf(locale, zone, style, PARTS[style]).format(at).replace(/[\u00a0\u202f]/g, ' ');
  // Intl writes "sábado, 5 de diciembre"; within a sentence people write it without the comma.
  return locale.startsWith('es') ? words.replace(',', '') : words;
}

function formatOf(locale: string, zone: string, style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}/${zone}/${style}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  formats.set(key, format);
  return format;
}
