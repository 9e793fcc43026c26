/** From what arrived to what a route may use: one zod schema a part, wrong fields named in dotted form. */
import type * as z from 'zod';
import { AppError, type ErrorCode, type FieldError } from '../errors.ts';

export type Part = 'body' | 'query' | 'params';

const WRONG: Record<Part, { readonly code: ErrorCode; readonly detail: string }> = {
  body: { code: 'ERR_BODY', detail: 'The body does not have the promised shape.' },
  query: { code: 'ERR_QUERY', detail: 'A query parameter is wrong.' },
  // An id that cannot exist names nothing.
  params: { code: 'ERR_NOT_FOUND', detail: 'There is nothing at this address.' },
};

/** The part as its schema gives it; ERR_BODY, ERR_QUERY or ERR_NOT_FOUND with the wrong fields. */
export async function parsePart<S extends z.ZodType>(part: Part, schema: S, given: unknown): Promise<z.output<S>> {
  const result = await schema.safeParseAsync(given);
  if (result.success) return result.data;
  const { code, detail } = WRONG[part];
  if (part === 'params') throw new AppError(code, detail);
  throw new AppError(code, detail, { errors: fieldErrors(result.error.issues) });
}

type Issue = z.core.$ZodIssue;

/** The issues as fields; an unknown field is named itself, and of the ways a union allows the one that came nearest is told. */
export function fieldErrors(issues: readonly Issue[], above: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: dotted([...path, key]), message: 'unknown field' }));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return fieldErrors(nearest(issue.errors), path);
    return [{ path: dotted(path), message: issue.message }];
  });
}

/** The branch whose wrong fields lie deepest, then the one with the fewest: what the sender most likely meant. */
function nearest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number => Math.min(...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

/** `body` stands for the body as a whole. */
function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : path.map(String).join('.');
}
