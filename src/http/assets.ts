/** The style sheets of the pages: the files of src/console/assets and nothing else. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const FOLDER = join(import.meta.dirname, '..', 'console', 'assets');
const FILES = ['tokens.css', 'pacto.css'] as const;

/** Serves each file with an ETag; a browser asks again after an hour. */
export async function assets(app: FastifyInstance): Promise<void> {
  for (const file of FILES) {
    const text = lighter(await readFile(join(FOLDER, file), 'utf8'));
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
    app.get(`/assets/${file}`, async (request, reply) => {
      reply.header('cache-control', 'public, max-age=3600').header('etag', etag);
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type('text/css; charset=utf-8').send(text);
    });
  }
}

/** Without what only people who write it read: debtors open these pages on slow lines. */
function lighter(css: string): string {
  return css.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\s+/g, ' ').replaceAll(/ ?([{};,]) ?/g, '$1').trim();
}
