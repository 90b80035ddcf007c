import { describe, expect, it } from "vitest";
import { DeliveryQueues, MAIL_QUEUE } from "./delivery-queues.js";

const fill = (queues: DeliveryQueues, applications: number, prefix: string) =>
  Array.from({ length: applications }, (_, index) => [1, 2].map(() => queues.acquire(`${prefix}${index}`))).flat();

describe("capacity of delivery queues", () => {
  it("F-07 servers of 32 applications - two deliveries each - leave no capacity to other applications, until they are slow", () => {
    const queues = new DeliveryQueues();
    const slots = fill(queues, 32, "slow");
    expect(queues.hasCapacity("other")).toBe(false);
    for (const slot of slots) slot.markSlow();
    expect(queues.hasCapacity("other")).toBe(true);
    expect(queues.hasCapacity("slow0")).toBe(false);
    expect(queues.availableQueues()).toEqual({ except: Array.from({ length: 32 }, (_, index) => `slow${index}`) });
    for (const slot of slots) slot.release();
    expect(fill(queues, 32, "next").length).toBe(64);
    expect(queues.hasCapacity("other")).toBe(false);
  });

  it("F-07 slow deliveries - of 300 applications - are limited in total", () => {
    const queues = new DeliveryQueues();
    for (let batch = 0; batch < 10; batch++) for (const slot of fill(queues, 30, `${batch}-`)) slot.markSlow();
    expect(queues.hasCapacity("other")).toBe(false);
  });

  it("F-07 gateway's mail server - slow - keeps its limit of four deliveries", () => {
    const queues = new DeliveryQueues();
    for (let count = 0; count < 4; count++) queues.acquire(MAIL_QUEUE).markSlow();
    expect(queues.hasCapacity(MAIL_QUEUE)).toBe(false);
    expect(queues.hasCapacity("application")).toBe(true);
  });
});
