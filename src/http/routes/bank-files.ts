/** Bank statements: sent as multipart/form-data, booked within the request. */
import multipart from '@fastify/multipart';
import { AppError } from '../../errors.ts';
import { externalIdText } from '../../register/agreement-body.ts';
import { takeBankFile } from '../../register/payments/bank-file.ts';
import { bankFileOptions } from '../../register/payments/bank-file-options.ts';
import { bankFile, problem } from '../answers.ts';
import { parsePart } from '../parse.ts';
import { flag } from '../query.ts';
import { admit, type Route } from '../route.ts';

const URL = '/v1/bank-files';
const LARGEST_FILE = 20 * 1_048_576;

/** A key of one creditor need not name it. */
const fields = bankFileOptions.extend({ creditorId: externalIdText, dryRun: flag.default(false) });

export const bankFileRoute: Route = (app, ctx) => {
  // A scope of its own: nowhere else is multipart understood.
  void app.register(async (scope) => {
    await scope.register(multipart, { limits: { fileSize: LARGEST_FILE, files: 1, fields: 10, fieldSize: 1_000 } });
    scope.route({
      method: 'POST', url: URL,
      schema: {
        summary: 'Books a bank statement (CSV, CAMT.053, MT940); the same file again changes nothing', tags: ['payments'], security: [{ key: [] }],
        description: 'multipart/form-data with the fields creditorId, format (csv, camt053 or mt940), currency, account, dryRun and file. What is certain is booked to its agreement, the rest waits in /v1/suspense.',
        consumes: ['multipart/form-data'],
        response: { 200: bankFile, '4xx': { description: 'A problem of RFC 9457.', content: { 'application/problem+json': { schema: problem } } } },
      },
      onRequest: async (request) => {
        request.actor = await admit(ctx, request, `POST ${URL}`);
      },
      handler: async (request, reply) => {
        const { actor } = request;
        if (actor === null) throw new AppError('ERR_KEY');
        if (!request.isMultipart()) throw wrongForm('The content-type is not multipart/form-data.');
        const told: Record<string, unknown> = actor.creditorId === null ? {} : { creditorId: actor.creditorId };
        let bytes: Buffer | null = null;
        try {
          for await (const part of request.parts()) {
            if (part.type === 'file') bytes = await part.toBuffer();
            else told[part.fieldname] = part.value;
          }
        } catch (cause) {
          throw wrongForm('The form cannot be read: it is cut off, has more than one file, or is larger than 20 MB.', cause);
        }
        if (bytes === null) throw wrongForm('The form has no file.');
        const { creditorId, ...options } = await parsePart('body', fields, told);
        return reply.send(bankFile.parse(await takeBankFile(ctx, actor, creditorId, bytes, options)));
      },
    });
  });
};

function wrongForm(sentence: string, cause?: unknown): AppError {
  return new AppError('ERR_BODY', sentence, { cause, errors: [{ path: 'file', message: 'send multipart/form-data with creditorId and one file' }] });
}
