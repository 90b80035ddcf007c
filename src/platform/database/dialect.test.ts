import { describe, expect, it } from "vitest";
import { isDatabaseUnavailable, isRetryable, isUniqueViolation } from "./dialect.js";

const classify = (code: string) => {
  const classes = [isRetryable, isDatabaseUnavailable, isUniqueViolation];
  // As the driver throws it, and as TypeORM wraps it.
  const results = [{ code }, { driverError: { code } }].map((error) => classes.map((isOfClass) => isOfClass(error)));
  expect(results[0]).toEqual(results[1]);
  const [isRetried, isUnavailable, isDuplicate] = results[0] ?? [];
  return { isRetried, isUnavailable, isDuplicate };
};

describe("classification of database errors", () => {
  it.each([
    ["ER_LOCK_DEADLOCK", "1213"],
    ["ER_LOCK_WAIT_TIMEOUT", "1205"],
    ["ER_ERROR_DURING_COMMIT", "1180"],
    ["ER_TRANSACTION_ROLLBACK_DURING_COMMIT", "3101"],
    ["SQLITE_BUSY", "another process writes"],
  ])("G-03 %s - %s - repeats the transaction", (code) => {
    expect(classify(code)).toEqual({ isRetried: true, isUnavailable: true, isDuplicate: false });
  });

  it.each([
    ["ER_UNKNOWN_COM_ERROR", "1047, Galera node without quorum"],
    ["ER_OPTION_PREVENTS_STATEMENT", "1290, read_only"],
    ["ER_READ_ONLY_MODE", "1836"],
    ["ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION", "1792"],
    ["ER_SERVER_SHUTDOWN", "1053"],
    ["PROTOCOL_SEQUENCE_TIMEOUT", "command not answered in time"],
    ["PROTOCOL_CONNECTION_LOST", "effect of the last command unknown"],
    ["ECONNRESET", "effect of the last command unknown"],
    ["DEADLINE_EXCEEDED", "time of the request over"],
    ["SQLITE_FULL", "disk full"],
  ])("G-02 F-01 %s - %s - is unavailable and not repeated", (code) => {
    expect(classify(code)).toEqual({ isRetried: false, isUnavailable: true, isDuplicate: false });
  });

  it.each(["ER_DUP_ENTRY", "SQLITE_CONSTRAINT_UNIQUE"])("%s - a taken key - is neither", (code) => {
    expect(classify(code)).toEqual({ isRetried: false, isUnavailable: false, isDuplicate: true });
  });

  it.each(["ER_PARSE_ERROR", "ER_NO_SUCH_TABLE", ""])("%s - a defect - is no class", (code) => {
    expect(classify(code)).toEqual({ isRetried: false, isUnavailable: false, isDuplicate: false });
  });
});
