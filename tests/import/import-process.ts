/** A worker process of the kill tests: it works on one import and tells its parent of every step, so that it can be killed in the middle. */
import { z } from 'zod';
import { openDb } from '../../src/db/pool.ts';
import { createLog } from '../../src/observability/log.ts';
import { openRegister } from '../../src/register/context.ts';
import { readImportRows } from '../../src/register/import/rows.ts';
import { takeInAgreements } from '../../src/register/import/take-in.ts';

const order = z.object({ databaseUrl: z.string(), importId: z.string(), rowsAtOnce: z.number(), identityKey: z.string() }).parse(JSON.parse(process.argv[2] ?? ''));
const log = createLog({ level: 'silent', process: 'test' });
const opened = openDb(order.databaseUrl, { log, max: 8 });
const ctx = await openRegister({ clock: 'wall', identityKey: order.identityKey }, opened.db, log);
while (!(await readImportRows(ctx, order.importId, () => process.send?.('read'), order.rowsAtOnce)));
while (!(await takeInAgreements(ctx, order.importId, { beat: () => process.send?.('taken') })));
await opened.close();
process.disconnect();
