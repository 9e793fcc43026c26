/** A form of multipart/form-data whose parts are wanted as bytes: a mail's fields come in the charset of the mail. */

export interface FormPart {
  readonly name: string;
  /** Null: a field. */
  readonly filename: string | null;
  readonly bytes: Buffer;
}

const MOST_PARTS = 200;
const BREAK = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** The boundary that a content-type names; null when it is no such form. */
export function boundaryOf(contentType: string | undefined): string | null {
  const found = /^multipart\/form-data\s*;(?:[^"]*;)?\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType ?? '');
  return found?.[1] ?? found?.[2] ?? null;
}

/** The parts in their order; null when the form is cut off or broken. */
export function parseForm(body: Buffer, boundary: string): FormPart[] | null {
  const mark = Buffer.from(`--${boundary}`);
  const parts: FormPart[] = [];
  let at = body.indexOf(mark);
  while (at !== -1) {
    const start = at + mark.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts;
    const next = body.indexOf(Buffer.concat([BREAK, mark]), start);
    if (next === -1 || parts.length === MOST_PARTS || !body.subarray(start, start + 2).equals(BREAK)) return null;
    const part = readPart(body.subarray(start + 2, next));
    if (part === null) return null;
    parts.push(part);
    at = next + BREAK.length;
  }
  return null;
}

function readPart(part: Buffer): FormPart | null {
  const end = part.indexOf(HEAD_END);
  if (end === -1) return null;
  const disposition = part.subarray(0, end).toString('utf8').split('\r\n').find((line) => /^content-disposition\s*:/i.test(line)) ?? '';
  const name = parameter(disposition, 'name');
  return name === null ? null : { name, filename: parameter(disposition, 'filename'), bytes: part.subarray(end + HEAD_END.length) };
}

function parameter(header: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(header);
  return found === null ? null : found[1]?.replaceAll(/\\(.)/g, '$1') ?? found[2] ?? null;
}
