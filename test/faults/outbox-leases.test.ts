import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type OutboxMessageEntity, OutboxRepository } from "../../src/domain/messaging/index.js";
import { addSeconds } from "../../src/platform/clock.js";
import { gatewayForFile } from "../support/gateway.js";

const gateway = gatewayForFile();

/** A message that no dispatcher delivers during the test, because it is due in ten years; its lease has passed from one process to another. */
async function messageWithNewOwner() {
  const { database } = gateway.services;
  const repository = new OutboxRepository(database);
  const now = gateway.clock.now();
  const later = addSeconds(now, 10 * 365 * 86_400);
  const message: OutboxMessageEntity = {
    ...{ applicationId: randomUUID(), id: randomUUID(), channel: "MAIL", queue: "mail", template: "signUpCode" },
    ...{ recipientMasked: "p***@mail.example", recipientHash: "hash", payloadSealed: "sealed", replacesHash: null, status: "PENDING" },
    ...{ deliveryAttempts: 0, nextAttemptAt: later, leaseOwner: null, leaseUntil: null, createdAt: now, expiresAt: later },
    ...{ finishedAt: null, lastFailure: null },
  };
  await database.transaction((tx) => repository.insert(tx, message));
  const expired = addSeconds(now, 15);
  const renewed = addSeconds(now, 60);
  expect(await repository.claim(message, "former", expired)).toBe(true);
  expect(await repository.claim(message, "late", expired)).toBe(false);
  expect(await repository.claim({ ...message, leaseUntil: expired }, "current", renewed)).toBe(true);
  const stored = async () => (await gateway.query("SELECT * FROM outbox_messages WHERE id = ?", [message.id]))[0];
  return { repository, message, renewed, now, stored };
}

describe("outbox message whose lease has passed to another process", () => {
  it.each<[string, (repository: OutboxRepository, message: OutboxMessageEntity, owner: string, at: Date) => Promise<boolean>]>([
    ["finish as delivered", (repository, message, owner, at) => repository.finish(message, owner, "DELIVERED", at, null)],
    ["finish as failed", (repository, message, owner, at) => repository.finish(message, owner, "FAILED", at, "EENVELOPE 550")],
    ["postpone", (repository, message, owner, at) => repository.postpone(message, owner, at, "EENVELOPE 451")],
    ["renew", (repository, message, owner, at) => repository.renew(message, owner, at)],
  ])("%s - by the former owner - is refused and changes nothing; the current owner succeeds", async (_, change) => {
    const { repository, message, renewed, stored } = await messageWithNewOwner();
    const before = await stored();
    for (const owner of ["former", "late", ""]) expect(await change(repository, message, owner, addSeconds(renewed, 1))).toBe(false);
    expect(await stored()).toEqual(before);
    expect(await change(repository, message, "current", addSeconds(renewed, 1))).toBe(true);
    expect(await stored()).not.toEqual(before);
  });

  it("finish - a second time by the same owner - is refused, and the first status stays", async () => {
    const { repository, message, now, stored } = await messageWithNewOwner();
    expect(await repository.finish(message, "current", "DELIVERED", now, null)).toBe(true);
    expect(await repository.finish(message, "current", "FAILED", now, "late")).toBe(false);
    expect(await stored()).toMatchObject({ status: "DELIVERED", payload_sealed: null, last_failure: null });
  });
});
