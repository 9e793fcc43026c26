/** The OpenAPI document: made of the same schemas that check bodies and answers. */
import type { FastifySchema } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';

export const API_INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Pacto',
    version: '1',
    description: 'Payment agreements: log them, book payments, act on them, and read what Pacto did and why. '
      + 'Amounts are integers in the minor unit of the currency; instants RFC 3339 in UTC; local dates YYYY-MM-DD.',
  },
  components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key of pacto key add.' } } },
} as const;

const transform = createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: 'any' } });

/** Routes that carry no schema (pages, assets, health) stay out of the document. */
export const transformSchema: typeof transform = (document) => {
  const schema: FastifySchema | undefined = document.schema;
  return transform(schema === undefined ? { ...document, schema: { hide: true } } : document);
};
