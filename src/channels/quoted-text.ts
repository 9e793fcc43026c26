/** The part of a mail that its writer wrote: without what it quotes, and without the signature. */

/** Where a mail program says that the old mail begins. */
const QUOTE_STARTS: readonly RegExp[] = [
  /^\s*(?:el|on|em|le|am)\b.{4,200}?(?:escribi[oó]|wrote|escreveu|a écrit|schrieb)\s*:?\s*$/iu,
  /^\s*-{2,}\s*(?:mensaje original|original message|mensagem original|mensaje reenviado|forwarded message|mensagem encaminhada)\s*-{2,}/iu,
  /^\s*_{10,}\s*$/u,
  /^\s*begin forwarded message\s*:/iu,
];
/** Outlook writes the old mail's headers without any other sign: two of them one after the other. */
const QUOTED_HEADER = /^\s*\*?(?:de|from|enviado(?: el)?|sent|enviada em|para|to|asunto|subject|assunto|fecha|date|data|cc)\s*\*?\s*:\s*\*?\s*\S/iu;
/** What phones write below every mail. */
const SIGNED_BY_DEVICE = /^\s*(?:enviado desde (?:mi|un|my)\b|enviado (?:do meu|via)\b|enviado a partir d|sent from (?:my|mail|outlook|yahoo)\b|get outlook for|obt[eé]n(?:er)? outlook|obter o outlook|obtenga outlook).{0,120}$/iu;
/** RFC 3676: two hyphens and a space; many programs lose the space. */
const SIGNATURE = /^-- ?$/;
const LONGEST_LINE = 1_000;

/** The writer's own words; when nothing of theirs is left, an empty text. */
export function ownWords(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').split('\n').map((line) => line.slice(0, LONGEST_LINE));
  const kept: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (SIGNATURE.test(line) || SIGNED_BY_DEVICE.test(line) || startsQuote(lines, index)) break;
    if (!line.startsWith('>')) kept.push(line);
  }
  return kept.join('\n').replaceAll(/\n{3,}/g, '\n\n').trim();
}

function startsQuote(lines: readonly string[], index: number): boolean {
  const [line = '', next = '', after = ''] = lines.slice(index, index + 3);
  // Long lines are broken by the programs themselves: "El lun, 2 mar 2026 a las 10:00, Andes (<avisos@…>)" "escribió:".
  const broken = [line, `${line} ${next}`, `${line} ${next} ${after}`].some((joined) => QUOTE_STARTS.some((start) => start.test(joined)));
  return broken || (QUOTED_HEADER.test(line) && QUOTED_HEADER.test(next));
}
