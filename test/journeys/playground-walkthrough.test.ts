import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildExamples, type ExampleState, headersOf, updateState, variablesOf } from "../../playground/example-state.js";
import { TestGateway } from "../support/gateway.js";
import { uniqueEmail } from "../support/people.js";

const folder = "schema/operations/";
const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.startsWith("authentication/"));
const examples = buildExamples(Object.fromEntries(paths.map((path) => [path, readFileSync(folder + path, "utf8")])));
/** What the person plays once more before, because the story has gone past it. */
const prerequisites: Readonly<Record<string, string>> = {
  acceptInvitation: "invite",
  revokeSession: "logIn",
  logOutEverywhere: "logIn",
  deleteAccount: "logIn",
};
/** They need a phone or an authenticator; other journeys test them. */
const isAboutSecondFactors = (name: string) => /phone|totp|sms|factor|recovery|completeReauth|logInCode|completeLogIn/i.test(name);

it("playground - every operation from top to bottom, with its example variables - succeeds", async () => {
  const gateway = await TestGateway.start();
  const fields = [{ path: "user_data.name.first" }, { path: "user_data.name.last" }];
  const application = await gateway.createApplication(
    "Demo",
    `metadata.fields=${JSON.stringify(fields)}`,
    'locales.supported=["en","de","fr"]',
  );
  const email = uniqueEmail("ann");
  let story: ExampleState = {
    ...{ isDemo: true, email, mailbox: email, appKey: application.appKey, applicationId: application.id },
    ...{ password: "violet hedgehog parade", newPassword: "amber walrus picnic" },
  };
  const play = async (name: string): Promise<void> => {
    const example = examples.find((candidate) => candidate.name === name);
    if (!example) throw new Error(`no example ${name}`);
    // "Fetch the code", where the example waits for one.
    if (JSON.stringify(variablesOf(example, { ...story, code: "CODE" })).includes('"code":"CODE"'))
      story = { ...story, code: await gateway.mails.nextCode(story.mailbox) };
    // The code of the mail before is worth nothing afterwards.
    if (name.startsWith("resend") || name.startsWith("revokeInv")) await gateway.mails.next(story.mailbox);
    const variables = variablesOf(example, story);
    const headers = headersOf(example, story);
    const answer = await gateway
      .client()
      .post<Record<string, { __typename?: string; message?: string } | null>>({ query: example.query, variables }, headers);
    expect({ name, errors: answer.errors, refused: Object.values(answer.data ?? {}).find((result) => result?.message) }).toEqual({
      name,
      errors: [],
    });
    story = updateState(story, { api: "authentication", variables, headers, answer: { data: answer.data } });
    gateway.clock.move({ seconds: 61 });
  };
  try {
    for (const { name } of examples.filter((example) => !isAboutSecondFactors(example.name))) {
      if (prerequisites[name]) await play(prerequisites[name]);
      await play(name);
    }
    expect(examples.length).toBeGreaterThan(25);
  } finally {
    await gateway.stop();
  }
});
