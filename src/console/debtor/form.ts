/** A form as a browser sends it, with or without a file. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NOTHING_FILLED, type Filled, type FilledFile } from './visit.ts';

const fields = z.record(z.string(), z.unknown()).catch({});

/** Reads the body; a field that came twice counts once, the first time. */
export async function readForm(request: FastifyRequest): Promise<Filled> {
  if (request.isMultipart()) return readParts(request);
  const body = fields.parse(request.body ?? {});
  return { ...NOTHING_FILLED, text: (name) => textOf(Object.hasOwn(body, name) ? body[name] : undefined) };
}

function textOf(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

async function readParts(request: FastifyRequest): Promise<Filled> {
  const texts = new Map<string, string>();
  let file: FilledFile | null = null;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (!texts.has(part.fieldname)) texts.set(part.fieldname, textOf(part.value));
      continue;
    }
    const bytes = await part.toBuffer();
    // A field that was left empty comes as a file without bytes.
    if (bytes.length > 0 && file === null) file = { bytes, tooLarge: part.file.truncated };
  }
  return { text: (name) => texts.get(name) ?? '', file };
}
