/** Tables of migration 0014: sources, matches and joins. What a column means is said there, once. */
import type { Json, NullableTimestamp, Timestamp } from './columns.ts';

export type PointKind = 'phone' | 'email';

export interface IdentityMatchTable {
  id: string;
  person_id: string;
  other_person_id: string;
  score: number;
  shared: PointKind[];
  sure: boolean;
  state: 'open' | 'same' | 'different';
  found_at: Timestamp;
  decided_at: NullableTimestamp;
  decided_by: string | null;
}

export interface IdentityJoinTable {
  id: string;
  match_id: string;
  from_identity: string;
  to_identity: string;
  persons: string[];
  stops: string[];
  joined_seq: number;
  joined_at: Timestamp;
  joined_by: string;
  undone_seq: number | null;
  undone_at: NullableTimestamp;
  undone_by: string | null;
}

/** Where a column's value comes from: a column of the source, or the same value for every row. */
export type MappedColumn = string | { readonly value: string };

/** A source as it was published, with its defaults; src/register/source/definition.ts checks it. */
export interface SourceDefinition {
  readonly kind: 'folder' | 'sql';
  readonly imports: 'agreements' | 'payments';
  /** Column of contract.md section 5 -> where it comes from. */
  readonly columns: Readonly<Record<string, MappedColumn>>;
  readonly dates: 'iso' | 'dmy' | 'mdy' | 'compact';
  readonly numbers: 'local' | 'point' | 'comma' | 'minor';
  /** Rows that say that the creditor took the debt back. */
  readonly withdrawn?: { readonly from: string; readonly values: readonly string[] } | undefined;
  /** `full`: every delivery has everything, so what is not in it is missing. */
  readonly delivers: 'full' | 'changes';
  readonly missing: 'report' | 'withdraw';
  /** More than this share of what is known missing at once is a broken delivery, not withdrawn debts. */
  readonly missingAtMostPercent: number;
  readonly everyMinutes: number;
  readonly folder?: { readonly path: string; readonly stableSeconds: number; readonly delimiter: ',' | ';' | '\t' | '|'; readonly encoding: 'utf-8' | 'windows-1252' } | undefined;
  readonly sql?: {
    /** Name of the variable with the connection string. */
    readonly connection: string;
    readonly query: string; readonly tls: 'verify' | 'off'; readonly timeoutSeconds: number; readonly rowLimit: number; readonly batch: number;
  } | undefined;
}

export interface SourceTable {
  id: string;
  creditor_id: string;
  name: string;
  kind: 'folder' | 'sql';
  version: number;
  active: boolean;
  created_at: Timestamp;
  looked_at: NullableTimestamp;
  next_at: Timestamp;
}

export interface SourceVersionTable {
  source_id: string;
  version: number;
  definition: Json<SourceDefinition>;
  published_by: string;
  published_at: Timestamp;
}

export interface SourceSightingTable {
  source_id: string;
  file_name: string;
  bytes: number;
  changed_ms: number;
  since: Timestamp;
}

export interface RunCounts {
  readonly withdrawn?: number;
  /** Of a full delivery: agreements that it no longer has. */
  readonly missing?: number;
  readonly missingWithdrawn?: number;
  /** The same content as the delivery before. */
  readonly unchanged?: true;
}

export interface SourceRunTable {
  id: string;
  source_id: string;
  version: number;
  file_name: string | null;
  sha256: string;
  state: 'claimed' | 'importing' | 'done' | 'failed';
  import_id: string | null;
  counts: Json<RunCounts>;
  error: string | null;
  claimed_at: Timestamp;
  ended_at: NullableTimestamp;
}

export interface SourceRowTable {
  source_id: string;
  agreement: string;
  seen_run: string;
  gone_at: NullableTimestamp;
}
