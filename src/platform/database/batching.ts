import DataLoader from "dataloader";

/**
 * Lets what is asked in one turn of the event loop share a statement: the server, the driver and two sockets then have a fraction of the
 * work. Nothing is kept, and what is asked later waits for nobody: it has a statement of its own. At most `most` share one.
 */
export function batched<Request, Result>(maxBatchSize: number, run: (orders: readonly Request[]) => Promise<readonly (Result | Error)[]>) {
  const batchScheduleFn = (send: () => void) => void setImmediate(send);
  const loader = new DataLoader<Request, Result>(run, { cache: false, maxBatchSize, batchScheduleFn });
  return (request: Request): Promise<Result> => loader.load(request);
}

/** Few sizes, as each is prepared by itself: the last one again, until their number is a power of two. */
export function padToPowerOfTwo<Request>(requests: readonly Request[]): Request[] {
  const size = 2 ** Math.ceil(Math.log2(requests.length));
  return Array.from({ length: size }, (_, index) => requests[Math.min(index, requests.length - 1)] as Request);
}
