export { dumpTables, inSnapshot, listTables, loadTables } from "./backup.js";
export { type BackupHeader, readBackupBatches, readBackupHeader, writeBackupFile } from "./backup-file.js";
export { batched, padToPowerOfTwo, repeatSql, statementBySize } from "./batching.js";
export { InstantColumn, IntegerColumn, IntegerKeyColumn, JsonColumn, KeyColumn, LongTextColumn, TextColumn } from "./columns.js";
export { ConcurrencyConflict, Database, type Transaction, throwConflictIfDuplicate } from "./database.js";
export { isDatabaseUnavailable, isUniqueViolation, nullOnUniqueViolation } from "./dialect.js";
export { findDatabaseUrlProblem, openDatabase } from "./open.js";
export { BatchedLookup, PreparedSelect, selectProperties } from "./prepared-reads.js";
export { CompareAndSwap, PreparedInsert, PreparedUpdate } from "./prepared-writes.js";
export {
  beginRestore,
  describeUnfinishedRestore,
  findRestoreState,
  finishRestore,
  markRestoreLoaded,
  type RestoreState,
} from "./restore-state.js";
export { deleteByApplication, deleteExpired, invalidateAfterRestore, type RetentionRule, retain } from "./retention.js";
export { addColumns, addIndexes, addUnique, columnTypes, createTable, nullable } from "./tables.js";
