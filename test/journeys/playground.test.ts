import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, getVariableValues, type OperationDefinitionNode, parse, validate } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildExamples, type ExampleState, exampleVariables, updateState, variablesOf } from "../../playground/example-state.js";
import { isMysql } from "../support/database.js";
import { TestGateway } from "../support/gateway.js";

const folder = "schema/operations/";
const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".graphql"));
const examples = buildExamples(Object.fromEntries(paths.map((path) => [path, readFileSync(folder + path, "utf8")])));
const schemas = {
  authentication: buildSchema(readFileSync("schema/authentication.graphql", "utf8")),
  management: buildSchema(readFileSync("schema/management.graphql", "utf8")),
};
const beginning: ExampleState = {
  ...{ isDemo: true, email: "ann@example.com", mailbox: "ann@example.com" },
  ...{ password: "violet hedgehog parade", newPassword: "amber walrus picnic" },
};
const namesOf = (api: string) => examples.filter((example) => example.api === api).map(({ name }) => name);

describe("playground - examples", () => {
  it("examples - every operation document except fragments.graphql - is one", () => {
    expect(examples).toHaveLength(paths.filter((path) => !path.endsWith("fragments.graphql")).length);
  });

  it("examples - order - follow the walkthrough; other operations come last", () => {
    const told = ["application", "signUp", "resendSignUpCode", "completeSignUp", "logIn", "me", "issueJwt", "refreshSession"];
    expect(namesOf("authentication").slice(0, 8)).toEqual(told);
    expect(namesOf("management").slice(0, 2)).toEqual(["viewer", "application"]);
    const documents = { "management/aardvark.graphql": "{ viewer }", "management/viewer.graphql": "{ viewer }" };
    expect(buildExamples(documents).map(({ name }) => name)).toEqual(["viewer", "aardvark"]);
  });

  it.each(examples)("$api $name - variables (playground/story.ts) - document and example variables are valid", (example) => {
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

describe("playground - values carried to the next call", () => {
  const exchange = (variables: unknown, data: unknown) => ({ api: "authentication" as const, variables, headers: {}, answer: { data } });

  it("tokens and tickets - after an answer - are kept, and a new ticket clears the previous code", () => {
    const logged = updateState(
      { ...beginning, code: "123456" },
      exchange({}, { logIn: { refreshToken: "r", sessionToken: "s", deviceToken: "d" } }),
    );
    expect(logged).toMatchObject({ refreshToken: "r", sessionToken: "s", deviceToken: "d", code: "123456" });
    const waiting = updateState(logged, exchange({}, { signUp: { ticket: "of the sign-up" } }));
    expect(updateState(waiting, exchange({}, { resendSignUpCode: { ticket: "of nothing" } })).ticket).toBe("of the sign-up");
    expect(updateState(logged, exchange({}, { forgotPassword: { ticket: "t" } }))).not.toHaveProperty("code");
  });

  it("handle and password - as typed - are kept; a new password is used only after it was accepted", () => {
    const typed = updateState(
      beginning,
      exchange({ input: { handle: { email: "bo@example.com" }, password: "p" } }, { signUp: { ticket: "t" } }),
    );
    expect(typed).toMatchObject({ email: "bo@example.com", password: "p" });
    const input = { newPassword: "n" };
    expect(updateState(typed, exchange({ input }, { resetPassword: { code: "INVALID_CODE", message: "No." } })).password).toBe("p");
    expect(updateState(typed, exchange({ input }, { resetPassword: { __typename: "PasswordReset" } })).password).toBe("n");
  });

  it("new address - before and after confirmation - is used for its code, then as the handle", () => {
    const asked = updateState(
      beginning,
      exchange({ input: { handle: { email: "new@example.com" } } }, { changeHandle: { expiresAt: "soon" } }),
    );
    expect(asked).toMatchObject({ email: "ann@example.com", mailbox: "new@example.com" });
    const confirmed = updateState(
      asked,
      exchange({ input: { code: "1" } }, { confirmHandle: { user: { id: "u", email: "new@example.com" } } }),
    );
    expect(confirmed.email).toBe("new@example.com");
  });

  it("guest's address - after joining - is the current user's address", () => {
    const sent = { input: { handle: { email: "guest@example.com" } } };
    const invited = updateState(beginning, exchange(sent, { invite: { invitation: { id: "i", email: "guest@example.com" } } }));
    expect(invited).toMatchObject({ email: "ann@example.com", mailbox: "guest@example.com", invitationId: "i" });
    const joined = updateState(invited, exchange(sent, { acceptInvitation: { user: { id: "u", email: "guest@example.com" } } }));
    expect(joined.email).toBe("guest@example.com");
  });
});

describe("playground - context from the gateway", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start();
  });
  afterAll(() => gateway.stop());

  it("playground - gateway without a built playground - a page says how to build it", async () => {
    const answer = await fetch(`${gateway.url}/`);
    expect([answer.status, answer.url]).toEqual([404, `${gateway.url}/playground`]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await answer.text()).toContain("<code>npm run build</code>");
  });

  it("playground - without a Demo application - gets no keys", async () => {
    const answer = await fetch(`${gateway.url}/playground/context.json`);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toEqual({ inboxUrl: `${gateway.url}/development/inbox` });
  });

  it("playground - foreign host name (DNS rebinding) - is rejected", async () => {
    const { statusCode } = await gateway.gateway.server.inject({ url: "/playground/context.json", headers: { host: "evil.example" } });
    expect(statusCode).toBe(403);
  });

  it("Management API - page of localhost on the gateway's own port - is allowed, any other origin is rejected", async () => {
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

it.runIf(isMysql)("playground - production - no keys and no context endpoint", async () => {
  const environment = { GATEWAY_MODE: "production", PUBLIC_URL: "https://auth.example.com", BCRYPT_COST: "10" };
  const gateway = await TestGateway.start({ environment });
  expect((await gateway.gateway.server.inject({ url: "/playground/context.json" })).statusCode).toBe(404);
  await gateway.stop();
});
