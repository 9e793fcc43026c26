/** How PostgreSQL's types stand in TypeScript: timestamptz as epoch ms, date as 'YYYY-MM-DD', int8 as number, jsonb typed. */
import { sql, type ColumnType, type Expression, type RawBuilder } from 'kysely';

/**
 * A timestamptz: read as epoch ms, written only through `instant(ms)`. A bare number would reach PostgreSQL as text
 * and be refused at run time; asking for an expression moves that fault to the type check.
 */
export type Timestamp = ColumnType<number, Expression<number>, Expression<number>>;
export type NullableTimestamp = ColumnType<number | null, Expression<number> | null | undefined, Expression<number> | null>;
/** Wall clock, filled by PostgreSQL when the row does not. */
export type WallTimestamp = ColumnType<number, Expression<number> | undefined, Expression<number>>;

/** A jsonb: written only through `json(value)`, because pg sends a bare array as a PostgreSQL array. */
export type Json<T> = ColumnType<T, Expression<T>, Expression<T>>;
export type NullableJson<T> = ColumnType<T | null, Expression<T> | null | undefined, Expression<T> | null>;

/** A column that PostgreSQL fills when the row does not. */
export type Defaulted<T> = ColumnType<T, T | undefined, T>;

/** Epoch ms as a timestamptz value or operand. */
export function instant(ms: number): RawBuilder<number> {
  return sql<number>`${new Date(ms).toISOString()}::timestamptz`;
}

export function nullableInstant(ms: number | null | undefined): RawBuilder<number> | null {
  return ms === null || ms === undefined ? null : instant(ms);
}

export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`;
}

export function nullableJson<T>(value: T | null | undefined): RawBuilder<T> | null {
  return value === null || value === undefined ? null : json(value);
}
