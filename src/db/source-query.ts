/** A creditor's own database, read and never written: one SELECT in a read-only transaction, in batches. */
import pg from 'pg';
import { AppError } from '../errors.ts';

export interface SourceQuery {
  readonly connectionString: string;
  readonly query: string;
  readonly tls: 'verify' | 'off';
  readonly timeoutSeconds: number;
  readonly rowLimit: number;
  readonly batch: number;
}

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
/** Every value as PostgreSQL writes it: dates and amounts are the mapping's business. */
const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

/**
 * Hands over the column names, then every row. ERR_DEPENDENCY when the database cannot be reached or refuses the query, without
 * the connection string in it; ERR_BODY when there are more rows than the limit: half a delivery would withdraw the rest.
 */
export async function readSource(given: SourceQuery, onRow: (row: ReadonlyMap<string, string | null>, columns: readonly string[]) => void): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: given.connectionString, application_name: 'pacto-source', connectionTimeoutMillis: 10_000, query_timeout: (given.timeoutSeconds + 5) * 1_000, types: AS_TEXT,
    ...tlsOf(given),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await read(client, given, onRow);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('ERR_DEPENDENCY', `The source's database did not answer the query (${error instanceof pg.DatabaseError ? error.code ?? 'refused' : 'no connection'}).`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Unencrypted only on this machine. */
function tlsOf({ connectionString, tls }: SourceQuery): pg.ClientConfig {
  if (!URL.canParse(connectionString) || !/^postgres(?:ql)?:$/.test(new URL(connectionString).protocol)) throw new AppError('ERR_CONFIG', "The variable of the source's connection holds no postgres:// URL.");
  if (tls === 'verify') return { ssl: { rejectUnauthorized: true } };
  if (!LOCAL.has(new URL(connectionString).hostname)) throw new AppError('ERR_CONFIG', '"tls": "off" is only for a database on this machine.');
  return { ssl: false };
}

async function read(client: pg.Client, { query, timeoutSeconds, rowLimit, batch }: SourceQuery, onRow: (row: ReadonlyMap<string, string | null>, columns: readonly string[]) => void): Promise<readonly string[]> {
  await client.query('begin transaction isolation level repeatable read read only');
  await client.query(`set local statement_timeout = ${timeoutSeconds * 1_000}`);
  await client.query(`set local idle_in_transaction_session_timeout = ${timeoutSeconds * 1_000}`);
  // Named, so the server parses it as a single statement; a cursor takes nothing but a SELECT, also inside of WITH.
  await client.query({ name: 'pacto-source', text: `declare pacto_source no scroll cursor for ${query}` });
  let columns: string[] = [];
  for (let read = 0; ; ) {
    const part = await client.query<(string | null)[]>({ text: `fetch forward ${batch} from pacto_source`, rowMode: 'array' });
    columns = part.fields.map(({ name }) => name);
    if (new Set(columns).size < columns.length) throw new AppError('ERR_BODY', 'Two columns of the query have one name: give them names with "as".');
    read += part.rows.length;
    if (read > rowLimit) throw new AppError('ERR_BODY', `The query has more than ${rowLimit} rows: nothing was taken in. Raise rowLimit, or select less.`);
    for (const row of part.rows) onRow(new Map(columns.map((name, index) => [name, row[index] ?? null])), columns);
    if (part.rows.length < batch) break;
  }
  await client.query('rollback');
  return columns;
}
