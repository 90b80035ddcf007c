import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";

const gateway = gatewayForFile({ environment: { METRICS_TOKEN: "a-token-of-the-operator" } });
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const scrape = async (headers: Record<string, string> = { authorization: "Bearer a-token-of-the-operator" }) => {
  const response = await fetch(`${gateway.url}/metrics`, { headers });
  return { status: response.status, text: await response.text() };
};
const seriesOf = (text: string, series: string) =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(series))
      ?.split(" ")
      .at(-1) ?? 0,
  );

describe("metrics", () => {
  it("metrics - without or with a wrong bearer token - answer 404", async () => {
    expect((await scrape({})).status).toBe(404);
    expect((await scrape({ authorization: "Bearer something-else-entirely" })).status).toBe(404);
  });

  it("metrics - after log-ins, a wrong password and a reached limit - count them without personal data", async () => {
    const { email } = await signUpPerson(gateway, application);
    await requireLogIn(application.client, email);
    const client = application.client.with({ address: "192.0.2.1" });
    for (let index = 0; index < 5; index++) await logIn(client, email, "certainly wrong");
    const { text, status } = await scrape();
    expect(status).toBe(200);
    expect(seriesOf(text, 'latchkey_events_total{event="LOG_IN",outcome="SUCCESS",code=""}')).toBe(1);
    expect(seriesOf(text, 'latchkey_events_total{event="LOG_IN",outcome="FAILURE",code="INVALID_CREDENTIALS"}')).toBe(5);
    expect(seriesOf(text, 'latchkey_events_total{event="THROTTLE_TRIPPED",outcome="FAILURE",code=""}')).toBe(1);
    expect(seriesOf(text, 'latchkey_messages_total{status="DELIVERED",template="signUpCode"}')).toBe(1);
    expect(seriesOf(text, "latchkey_outbox_waiting")).toBe(0);
    expect(seriesOf(text, 'latchkey_request_seconds_count{path="/graphql",method="POST",status="200"}')).toBeGreaterThan(5);
    for (const secret of [email, email.split("@")[0] ?? "", application.id, application.appKey]) expect(text).not.toContain(secret);
  });
});
