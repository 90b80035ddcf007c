import DataLoader from "dataloader";

/**
 * Batches requests made in the same event-loop tick: `run` receives at most `maxBatchSize` requests and returns their results in the same
 * order. Nothing is cached, and later requests never join a batch that has been sent.
 */
export function batched<Request, Result>(
  maxBatchSize: number,
  run: (requests: readonly Request[]) => Promise<readonly (Result | Error)[]>,
) {
  const batchScheduleFn = (send: () => void) => void setImmediate(send);
  const loader = new DataLoader<Request, Result>(run, { cache: false, maxBatchSize, batchScheduleFn });
  return (request: Request): Promise<Result> => loader.load(request);
}

/** Repeats the last request up to a power of two: every size is a separate prepared statement, so there must be few sizes. */
export function padToPowerOfTwo<Request>(requests: readonly Request[]): Request[] {
  const size = 2 ** Math.ceil(Math.log2(requests.length));
  return Array.from({ length: size }, (_, index) => requests[Math.min(index, requests.length - 1)] as Request);
}

/** Builds the statement for each number of rows once. */
export function statementBySize<Statement>(build: (size: number) => Statement): (size: number) => Statement {
  const statements = new Map<number, Statement>();
  return (size) => {
    const statement = statements.get(size) ?? build(size);
    statements.set(size, statement);
    return statement;
  };
}

/** Repeats `sql` once per row. */
export const repeatSql = (sql: string, count: number, separator = ", ") => Array.from({ length: count }, () => sql).join(separator);
