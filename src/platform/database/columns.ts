import { Column, PrimaryColumn } from "typeorm";

/** The column kinds both dialects keep exactly. Entities use nothing else (no enum, set, bigint, timestamp). */
type Nullable = { nullable?: boolean };
type WithDefault = Nullable & { default?: string };

/** Part of the primary key: an opaque id, a hash or a key id. */
export const KeyColumn = (name: string, length = 36) => PrimaryColumn({ type: "varchar", name, length });
/** Part of the primary key: a small number. */
export const IntegerKeyColumn = (name: string) => PrimaryColumn({ type: "int", name });
/** Text of at most `length` characters. MySQL enforces the length, SQLite does not: check it in the domain. */
export const TextColumn = (name: string, length: number, { nullable = false, ...rest }: WithDefault = {}) =>
  Column({ type: "varchar", name, length, nullable, ...rest });
/** Text without a useful limit (sealed values, JSON); at most 64 KiB. */
export const LongTextColumn = (name: string, { nullable = false }: Nullable = {}) => Column({ type: "text", name, nullable });
/** A whole number that fits 32 bits. */
export const IntegerColumn = (name: string) => Column({ type: "int", name });
/** An instant: UTC, milliseconds. */
export const InstantColumn = (name: string, { nullable = false }: Nullable = {}) =>
  Column({ type: "datetime", name, precision: 3, nullable });
/** A JSON object, kept as text so that both dialects give back exactly what was stored. */
export const JsonColumn = (name: string) =>
  Column({
    type: "text",
    name,
    transformer: { to: (value: unknown) => JSON.stringify(value), from: (text: string) => JSON.parse(text) as unknown },
  });
