import { Column, PrimaryColumn } from "typeorm";

/** Column types that both dialects store exactly. Entities use no others (no enum, set, bigint, timestamp). */
type Nullable = { nullable?: boolean };
type WithDefault = Nullable & { default?: string };

/** Part of the primary key: an opaque id, a hash or a key id. */
export const KeyColumn = (name: string, length = 36) => PrimaryColumn({ type: "varchar", name, length });
/** Part of the primary key: a small number. */
export const IntegerKeyColumn = (name: string) => PrimaryColumn({ type: "int", name });
/** Text of at most `length` characters. MySQL enforces the length, SQLite does not: check it in the domain. */
export const TextColumn = (name: string, length: number, { nullable = false, ...rest }: WithDefault = {}) =>
  Column({ type: "varchar", name, length, nullable, ...rest });
/** Text without a useful limit (encrypted values, JSON); at most 64 KiB. */
export const LongTextColumn = (name: string, { nullable = false }: Nullable = {}) => Column({ type: "text", name, nullable });
/** A 32-bit integer. */
export const IntegerColumn = (name: string, options: { default?: number } = {}) => Column({ type: "int", name, ...options });
/** A date and time in UTC with milliseconds. */
export const InstantColumn = (name: string, { nullable = false }: Nullable = {}) =>
  Column({ type: "datetime", name, precision: 3, nullable });
/** A JSON object, stored as text so that both dialects return exactly what was stored. */
export const JsonColumn = (name: string) =>
  Column({
    type: "text",
    name,
    transformer: { to: (value: unknown) => JSON.stringify(value), from: (text: string) => JSON.parse(text) as unknown },
  });
