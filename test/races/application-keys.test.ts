import { describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { KeyManagement } from "../../src/management/index.js";
import type { TestGateway } from "../support/gateway.js";
import { ApplicationDocument } from "../support/generated/authentication.js";
import { ViewerDocument } from "../support/generated/management.js";
import { REQUEST_COUNT, raceFixture, rounds } from "../support/race-fixture.js";

const fixture = raceFixture();
const operator = internalContext("OPERATOR");
const keysOf = (gateway: TestGateway) => new KeyManagement(gateway.services);
/** Runs `change` many times at once, alternating between the two instances. */
const concurrently = <T>(change: (keys: KeyManagement, index: number) => Promise<T>) =>
  Promise.all(
    Array.from({ length: REQUEST_COUNT }, (_, index) =>
      change(keysOf([fixture.gatewayA, fixture.gatewayB][index % 2] as TestGateway), index),
    ),
  );

describe("concurrent changes of application keys", () => {
  it.each(rounds)("public key - 20 rotations at once, round %i - two succeed, three keys work, one is the current one", async () => {
    const { id, appKey } = await fixture.gatewayA.createApplication("Rotated");
    const outcomes = await concurrently((keys) => keys.rotateAppKey(operator, id));
    expect(outcomes.filter(({ kind }) => kind === "rotated")).toHaveLength(2);
    expect(outcomes.filter(({ kind }) => kind === "too-many-keys")).toHaveLength(REQUEST_COUNT - 2);
    const live = await fixture.gatewayB.services.applicationKeys.listAppKeys(id);
    expect(live).toHaveLength(3);
    expect(live.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    expect(live.find(({ value }) => value === appKey)?.isCurrent).toBe(false);
    for (const { value } of live) expect((await fixture.gatewayA.client(value).expect(ApplicationDocument, {})).application.id).toBe(id);
    expect(await fixture.count("audit_events WHERE application_id = ? AND event = 'APP_KEY_ROTATED'", id)).toBe(2);
  });

  it.each(
    rounds,
  )("public key - rotations and revocations at once, round %i - never more than three keys work, the current one always", async () => {
    const { id, appKey } = await fixture.gatewayA.createApplication("Both");
    const { applicationKeys } = fixture.gatewayA.services;
    const rotated = await applicationKeys.rotateAppKey(id);
    expect(rotated.kind).toBe("rotated");
    const former = (await applicationKeys.listAppKeys(id)).find(({ value }) => value === appKey)?.id ?? "";
    const outcomes = await concurrently(async (keys, index) =>
      index % 2 === 0 ? (await keys.rotateAppKey(operator, id)).kind : await keys.revokeAppKey(operator, id, former),
    );
    const live = await applicationKeys.listAppKeys(id);
    expect(live.length).toBeLessThanOrEqual(3);
    expect(live.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    expect(live.map(({ id: keyId }) => keyId)).not.toContain(former);
    expect(outcomes.filter((outcome) => outcome === "rotated").length).toBe(live.length - 1);
  });

  it("secret key - 20 rotations at once - exactly one key has no end, and it works", async () => {
    const { id } = await fixture.gatewayA.createApplication("Secret");
    const outcomes = await concurrently((keys) => keys.rotateSecretKey(operator, id, 1));
    const secretKeys = outcomes.flatMap((outcome) => (outcome.kind === "rotated" ? [outcome.secretKey] : []));
    expect(new Set(secretKeys).size).toBe(REQUEST_COUNT);
    const live = await fixture.gatewayB.services.applicationKeys.listSecretKeys(id);
    expect(live.filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1);
    fixture.gatewayA.clock.move({ hours: 1, seconds: 1 });
    const answers = await Promise.all(secretKeys.map((key) => fixture.gatewayA.management(key).run(ViewerDocument, {})));
    expect(answers.filter(({ data }) => data?.viewer?.application.id === id)).toHaveLength(1);
  });
});
