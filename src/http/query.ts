/** Query parameters and ids as they stand in addresses. */
import * as z from 'zod';

/** `?limit` 1..200 (default 50) and `?cursor`. */
export const page = {
  limit: z.string().regex(/^\d{1,3}$/, 'a whole number from 1 to 200').transform(Number)
    .refine((limit) => limit >= 1 && limit <= 200, 'a whole number from 1 to 200').default(50),
  cursor: z.string().regex(/^[A-Za-z0-9_-]{1,400}$/, 'use nextCursor of the page before').optional(),
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A creditor's id or an external id. */
export const name = z.string().regex(NAME, 'letters, digits, dot, underscore, hyphen; at most 64, the first a letter or digit');
export const uuid = z.uuid();
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** An agreement in an address: its id, or `creditor%2FexternalId`. */
export const ref = z.string().refine((text) => z.uuid().safeParse(text).success || /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text))
  .meta({ description: 'the id, or creditorId%2FexternalId' });

export const byId = z.object({ id: uuid });
export const byRef = z.object({ id: ref });
