import DataLoader from "dataloader";

/**
 * Lets what is asked in one turn of the event loop share a statement: the server, the driver and two sockets then have a fraction of the
 * work. Nothing is kept, and what is asked later waits for nobody: it has a statement of its own. At most `most` share one.
 */
export function sideBySide<Order, Answer>(most: number, run: (orders: readonly Order[]) => Promise<readonly (Answer | Error)[]>) {
  const batchScheduleFn = (send: () => void) => void setImmediate(send);
  const loader = new DataLoader<Order, Answer>(run, { cache: false, maxBatchSize: most, batchScheduleFn });
  return (order: Order): Promise<Answer> => loader.load(order);
}

/** Few sizes, as each is prepared by itself: the last one again, until their number is a power of two. */
export function padded<Order>(orders: readonly Order[]): Order[] {
  const size = 2 ** Math.ceil(Math.log2(orders.length));
  return Array.from({ length: size }, (_, index) => orders[Math.min(index, orders.length - 1)] as Order);
}
