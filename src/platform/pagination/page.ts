import { GatewayError } from "../errors/index.js";

/** Position of a row in a list, newest first. */
export interface CursorPosition {
  readonly createdAt: Date;
  readonly id: string;
}
export interface PageRequest {
  readonly first: number;
  /** The page begins after this row; null: at the start. */
  readonly after: CursorPosition | null;
}

const MAX_PAGE_SIZE = 100;

/** Validates the page arguments. @throws GatewayError BAD_USER_INPUT when `first` is not 1 to 100 or `after` is not a cursor */
export function requirePage(first: number, after: string | null | undefined): PageRequest {
  if (first < 1 || first > MAX_PAGE_SIZE) throw new GatewayError("BAD_USER_INPUT", { path: "first" });
  const position = after == null ? null : decodeCursor(after);
  if (after != null && !position) throw new GatewayError("BAD_USER_INPUT", { path: "after" });
  return { first, after: position };
}

/** A cursor contains only a position; the list is determined by the request. */
export const encodeCursor = ({ createdAt, id }: CursorPosition) => Buffer.from(`${createdAt.getTime()} ${id}`).toString("base64url");

/** Null for malformed text. Thirteen digits end in the year 2286: databases reject dates far beyond. */
function decodeCursor(cursor: string): CursorPosition | null {
  const [, time, id] = /^(\d{1,13}) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  return time && id ? { createdAt: new Date(Number(time)), id } : null;
}
