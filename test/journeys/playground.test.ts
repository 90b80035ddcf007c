import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, getVariableValues, type OperationDefinitionNode, parse, validate } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleVariables, learn, type Story, tellExamples, variablesOf } from "../../playground/story.js";
import { isMysql } from "../support/database.js";
import { TestGateway } from "../support/gateway.js";

const folder = "schema/operations/";
const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".graphql"));
const examples = tellExamples(Object.fromEntries(paths.map((path) => [path, readFileSync(folder + path, "utf8")])));
const schemas = {
  authentication: buildSchema(readFileSync("schema/authentication.graphql", "utf8")),
  management: buildSchema(readFileSync("schema/management.graphql", "utf8")),
};
const beginning: Story = {
  ...{ isDemo: true, email: "ann@example.com", mailbox: "ann@example.com" },
  ...{ password: "violet hedgehog parade", newPassword: "amber walrus picnic" },
};
const namesOf = (api: string) => examples.filter((example) => example.api === api).map(({ name }) => name);

describe("playground - examples", () => {
  it("every operation document is one; fragments.graphql is none", () => {
    expect(examples).toHaveLength(paths.filter((path) => !path.endsWith("fragments.graphql")).length);
  });

  it("they follow the story; operations it does not name come last", () => {
    const told = ["application", "signUp", "resendSignUpCode", "completeSignUp", "logIn", "me", "issueJwt", "refreshSession"];
    expect(namesOf("authentication").slice(0, 8)).toEqual(told);
    expect(namesOf("management").slice(0, 2)).toEqual(["viewer", "application"]);
    const documents = { "management/aardvark.graphql": "{ viewer }", "management/viewer.graphql": "{ viewer }" };
    expect(tellExamples(documents).map(({ name }) => name)).toEqual(["viewer", "aardvark"]);
  });

  it.each(examples)("$api $name - fits the schema, with example variables (playground/story.ts) that do too", (example) => {
    const schema = schemas[example.api];
    const document = parse(example.query);
    expect(validate(schema, document)).toEqual([]);
    const [operation] = document.definitions as [OperationDefinitionNode];
    const takesSome = (operation.variableDefinitions ?? []).length > 0;
    expect(`${example.api}/${example.name}` in exampleVariables).toBe(takesSome);
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variablesOf(example, beginning));
    expect(errors).toBeUndefined();
  });
});

describe("playground - what one answer gives to the next call", () => {
  const exchange = (variables: unknown, data: unknown) => ({ api: "authentication" as const, variables, headers: {}, answer: { data } });

  it("tokens and tickets are kept, and a new ticket forgets the code before it", () => {
    const logged = learn(
      { ...beginning, code: "123456" },
      exchange({}, { logIn: { refreshToken: "r", sessionToken: "s", deviceToken: "d" } }),
    );
    expect(logged).toMatchObject({ refreshToken: "r", sessionToken: "s", deviceToken: "d", code: "123456" });
    const waiting = learn(logged, exchange({}, { signUp: { ticket: "of the sign-up" } }));
    expect(learn(waiting, exchange({}, { resendSignUpCode: { ticket: "of nothing" } })).ticket).toBe("of the sign-up");
    expect(learn(logged, exchange({}, { forgotPassword: { ticket: "t" } }))).not.toHaveProperty("code");
  });

  it("a handle and a password that were typed stay; a new password counts only when it was accepted", () => {
    const typed = learn(
      beginning,
      exchange({ input: { handle: { email: "bo@example.com" }, password: "p" } }, { signUp: { ticket: "t" } }),
    );
    expect(typed).toMatchObject({ email: "bo@example.com", password: "p" });
    const input = { newPassword: "n" };
    expect(learn(typed, exchange({ input }, { resetPassword: { code: "INVALID_CODE", message: "No." } })).password).toBe("p");
    expect(learn(typed, exchange({ input }, { resetPassword: { __typename: "PasswordReset" } })).password).toBe("n");
  });

  it("a new address counts once it is confirmed; its code is looked for there before", () => {
    const asked = learn(beginning, exchange({ input: { handle: { email: "new@example.com" } } }, { changeHandle: { expiresAt: "soon" } }));
    expect(asked).toMatchObject({ email: "ann@example.com", mailbox: "new@example.com" });
    const confirmed = learn(asked, exchange({ input: { code: "1" } }, { confirmHandle: { user: { id: "u", email: "new@example.com" } } }));
    expect(confirmed.email).toBe("new@example.com");
  });

  it("a guest's address is the person's own once the guest has joined", () => {
    const sent = { input: { handle: { email: "guest@example.com" } } };
    const invited = learn(beginning, exchange(sent, { invite: { invitation: { id: "i", email: "guest@example.com" } } }));
    expect(invited).toMatchObject({ email: "ann@example.com", mailbox: "guest@example.com", invitationId: "i" });
    const joined = learn(invited, exchange(sent, { acceptInvitation: { user: { id: "u", email: "guest@example.com" } } }));
    expect(joined.email).toBe("guest@example.com");
  });
});

describe("playground - what the gateway tells it", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start();
  });
  afterAll(() => gateway.stop());

  it("run from the sources, there is no page", async () => {
    expect((await fetch(`${gateway.url}/playground`)).status).toBe(404);
  });

  it("without a Demo application it gets no keys", async () => {
    const answer = await fetch(`${gateway.url}/playground/context.json`);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toEqual({ inboxUrl: `${gateway.url}/development/inbox` });
  });

  it("a foreign name for this machine (DNS rebinding) is refused", async () => {
    const { statusCode } = await gateway.gateway.server.inject({ url: "/playground/context.json", headers: { host: "evil.example" } });
    expect(statusCode).toBe(403);
  });

  it("a page of localhost may call the Management API of 127.0.0.1 where it comes from, and nowhere else", async () => {
    const { secretKey } = await gateway.createApplication();
    const call = async (origin: string) => {
      const headers = { host: `localhost:${new URL(gateway.url).port}`, origin, authorization: `Bearer ${secretKey}` };
      const payload = { query: "{ viewer { __typename } }" };
      return (await gateway.gateway.server.inject({ method: "POST", url: "/management/graphql", headers, payload })).statusCode;
    };
    expect(await call(`http://localhost:${new URL(gateway.url).port}`)).toBe(200);
    expect(await call("http://localhost:1")).toBe(403);
    expect(await call("https://evil.example")).toBe(403);
  });
});

it.runIf(isMysql)("playground - production - keys are told to nobody, and there is no way to ask", async () => {
  const environment = { GATEWAY_MODE: "production", PUBLIC_URL: "https://auth.example.com", BCRYPT_COST: "10" };
  const gateway = await TestGateway.start({ environment });
  expect((await gateway.gateway.server.inject({ url: "/playground/context.json" })).statusCode).toBe(404);
  await gateway.stop();
});
