/** CSV files: sent as multipart/form-data, stored piece by piece, imported by a workflow; how it goes is read here. */
import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart';
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import type { Actor } from '../../register/actor.ts';
import { externalIdText } from '../../register/agreement-body.ts';
import { getImport } from '../../register/import/reads.ts';
import { startImport, type ImportTarget } from '../../register/import/upload.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { importFile, problem } from '../answers.ts';
import { parsePart } from '../parse.ts';
import { byId, flag, page } from '../query.ts';
import { admit, route, type Route } from '../route.ts';

const tag = 'imports';
const URL = '/v1/imports';
const LARGEST_FILE = 512 * 1_048_576;
const ERRORS_SHOWN = 50;

/** What is told beside the file, in fields of the form or in the address. A key of one creditor need not name it. */
const fields = z.strictObject({ creditorId: externalIdText, kind: z.enum(['agreements', 'debts', 'payments', 'contacts']).default('agreements'), dryRun: flag.default(false) });

const upload: Route = (app, ctx) => {
  // A scope of its own: nowhere else is multipart understood.
  void app.register(async (scope) => {
    await scope.register(multipart, { limits: { fileSize: LARGEST_FILE, files: 1, fields: 10, fieldSize: 1_000 } });
    scope.route({
      method: 'POST', url: URL,
      schema: {
        summary: 'Imports a CSV file of agreements, debts, payments or contacts; the same file while it is being imported answers 200', tags: [tag], security: [{ key: [] }],
        description: 'multipart/form-data with the fields creditorId, kind (agreements, debts, payments or contacts; default agreements), dryRun (true or false) and file.', consumes: ['multipart/form-data'],
        response: { 202: importFile, 200: importFile, '4xx': { description: 'A problem of RFC 9457.', content: { 'application/problem+json': { schema: problem } } } },
      },
      onRequest: async (request) => {
        request.actor = await admit(ctx, request, `POST ${URL}`);
      },
      handler: async (request, reply) => {
        const { actor } = request;
        if (actor === null) throw new AppError('ERR_KEY');
        if (!request.isMultipart()) throw wrongForm('The content-type is not multipart/form-data.');
        const beside = { ...(actor.creditorId === null ? {} : { creditorId: actor.creditorId }), ...(request.query as Record<string, unknown>) };
        const { importId, created } = await take(ctx, actor, request.parts(), beside).catch(asFormError);
        return reply.code(created ? 202 : 200).send(importFile.parse(await getImport(ctx, actor, importId, { limit: ERRORS_SHOWN })));
      },
    });
  });
};

async function take(ctx: RegisterContext, actor: Actor, parts: AsyncIterableIterator<Multipart>, beside: Record<string, unknown>): Promise<{ importId: string; created: boolean }> {
  const told = { ...beside };
  const file = await nextFile(parts, told);
  if (file === null) throw wrongForm('The form has no file.');
  let target: ImportTarget | null = null;
  const whole = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of file.file) yield piece as Buffer;
    // Fields may also stand behind the file.
    if ((await nextFile(parts, told)) !== null) throw wrongForm('The form has more than one file.');
    target = await parsePart('body', fields, told);
  };
  return startImport(ctx, actor, whole(), () => {
    if (target === null) throw new AppError('ERR_INTERNAL');
    return target;
  });
}

/** Takes in the fields up to the next file; null at the end of the form. */
async function nextFile(parts: AsyncIterableIterator<Multipart>, told: Record<string, unknown>): Promise<MultipartFile | null> {
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    if (next.value.type === 'file') return next.value;
    told[next.value.fieldname] = next.value.value;
  }
  return null;
}

function wrongForm(sentence: string): AppError {
  return new AppError('ERR_BODY', sentence, { errors: [{ path: 'file', message: 'send multipart/form-data with creditorId and one file' }] });
}

/** What the form's reader refuses: too large, too many parts, cut off. */
function asFormError(error: unknown): never {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const broken = code.startsWith('FST_') || code === 'ERR_STREAM_PREMATURE_CLOSE' || (error instanceof Error && /^(Unexpected end of|Multipart:)|terminated early/.test(error.message));
  throw broken ? wrongForm('The form cannot be read: it is cut off, or a part is too large.') : error;
}

export const importRoutes: readonly Route[] = [
  upload,
  route({
    method: 'GET', url: `${URL}/:id`, tag, summary: 'How an import goes, and its errors by line',
    params: byId, query: z.strictObject(page), answer: importFile,
    handle: async ({ ctx, actor, params, query }) => ({ body: await getImport(ctx, actor, params.id, query) }),
  }),
];
