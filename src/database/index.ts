export { ChangeCount } from "./change-count.js";
export { CountColumn, InstantColumn, JsonColumn, KeyColumn, LongTextColumn, SlotColumn, TextColumn } from "./columns.js";
export { Database, StalePremise } from "./database.js";
export { isDatabaseUnavailable, isUniqueViolation } from "./dialect.js";
export { HotLookup } from "./hot-lookup.js";
export { excerpt, HotRead } from "./hot-read.js";
export { HotUpdate } from "./hot-update.js";
export { openDatabase } from "./open.js";
export { addColumns, addUnique, createTable, nullable, shapes } from "./tables.js";
