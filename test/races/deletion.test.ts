import { beforeAll, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { DeleteAccountDocument } from "../support/generated/authentication.js";
import { signUpPerson } from "../support/people.js";

const gateway = gatewayForFile();
const { RACE_ROUNDS = "5" } = process.env;
const rounds = Array.from({ length: Number(RACE_ROUNDS) }, (_, round) => round + 1);

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

it.each(rounds)("delete account - requested twenty times at once, round %i - deleted once, recorded once, one mail", async (round) => {
  const { client, email, tokens } = await signUpPerson(gateway, application);
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.run(DeleteAccountDocument, {})));
  const outcomes = new Set(answers.map(({ data, errors }) => data?.deleteAccount?.__typename ?? errors[0]?.extensions.code));
  expect(outcomes.has("AccountDeleted")).toBe(true);
  expect([...outcomes].every((outcome) => outcome === "AccountDeleted" || outcome === "UNAUTHENTICATED")).toBe(true);
  const recorded = "SELECT id FROM audit_events WHERE event = 'ACCOUNT_DELETED' AND actor = ?";
  expect(await gateway.query(recorded, [tokens.user.id])).toHaveLength(1);
  const mail = await gateway.mails.next(email);
  expect(mail.subject).toContain("deleted");
  const goodbyes = "SELECT id FROM outbox_messages WHERE template = 'accountDeleted' AND application_id = ?";
  expect(await gateway.query(goodbyes, [application.id])).toHaveLength(round);
});
