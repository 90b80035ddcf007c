import { readFileSync } from "node:fs";
import { buildSchema, isObjectType, isUnionType } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { logIn, signUpPerson, type TestPerson } from "../support/people.js";
import { completeLogIn, enrollTotp, signUpWithPhone, signUpWithTotp, verifyPhone } from "../support/second-factor.js";
import { FakeTwilio } from "../support/twilio.js";

const TOKEN = "5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3";
const states = ["no factor", "pending TOTP", "verified phone only", "TOTP", "SMS"] as const;
type State = (typeof states)[number];

let twilio: FakeTwilio;
let gateway: TestGateway;
let application: TestApplication;
const people = {} as Record<State, TestPerson & { readonly recoveryCodes?: readonly string[] }>;
const configure = (mode: string, required: boolean) =>
  gateway.configure(application.id, `secondFactor.mode=${mode}`, `secondFactor.required=${required}`);
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
  application = await gateway.createApplication("Blue Heron", ...twilio.createAccount(TOKEN));
  people["no factor"] = await signUpPerson(gateway, application);
  people["verified phone only"] = await signUpPerson(gateway, application);
  await verifyPhone(twilio, people["verified phone only"].client);
  await configure("phone", false);
  people["SMS"] = await signUpWithPhone(gateway, twilio, application);
  await configure("google", false);
  people["TOTP"] = await signUpWithTotp(gateway, application);
});
afterAll(async () => {
  await gateway.stop();
  await twilio.stop();
});

/** The table of docs/second-factors.md. */
const rows = [...readFileSync("docs/second-factors.md", "utf8").matchAll(/^\| (NONE|TOTP|SMS) \| (no|yes) \|(.*)\|$/gm)].map(
  ([, mode = "", required = "", cells = ""]) => ({
    mode,
    required: required === "yes",
    cells: cells.split("|").map((cell) => cell.trim()),
  }),
);
const cells = rows.flatMap(({ mode, required, cells: told }) =>
  states.map((state, index) => [mode, required, state, told[index] ?? ""] as const),
);

const expected: Record<string, object> = {
  session: { __typename: "LoggedIn" },
  "TOTP code": { __typename: "SecondFactorRequired", methods: ["TOTP"] },
  "SMS code": { __typename: "SecondFactorRequired", methods: ["SMS"] },
  "enroll TOTP": { __typename: "SecondFactorEnrollmentRequired", mode: "TOTP" },
  "enroll SMS": { __typename: "SecondFactorEnrollmentRequired", mode: "SMS" },
};

describe("second factor outcomes of log-in", () => {
  it("documentation table - all combinations - has thirty cells", () => {
    expect(cells).toHaveLength(30);
  });

  it.each(cells)("mode %s, required %s - a user with %s - %s, as documented", async (mode, required, state, told) => {
    await configure("google", false);
    if (state === "pending TOTP") {
      people[state] = await signUpPerson(gateway, application);
      await enrollTotp(gateway, people[state].client);
    }
    await configure(mode, required);
    const answer = await logIn(application.client, people[state].email);
    expect(answer).toMatchObject(expected[told] ?? {});
    expect(expected).toHaveProperty([told]);
    if (answer.__typename !== "SecondFactorRequired") return;
    expect((await completeLogIn(application.client, answer.challengeToken, { code: "000000x" })).__typename).toBe("InvalidCode");
    const [recoveryCode = ""] =
      people[state].recoveryCodes?.slice(rows.findIndex((row) => row.mode === mode && row.required === required)) ?? [];
    expect(await completeLogIn(application.client, answer.challengeToken, { recoveryCode })).toMatchObject({ __typename: "LoggedIn" });
  });
});

describe("operations that can open a session", () => {
  const schema = buildSchema(readFileSync("schema/authentication.graphql", "utf8"));
  const opening = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ type }) => {
    const union = "ofType" in type ? type.ofType : type;
    if (!isUnionType(union)) return false;
    return union.getTypes().some((member) => member.name === "LoggedIn" || (isObjectType(member) && "loggedIn" in member.getFields()));
  });
  const membersOf = (name: string) => {
    const type = opening.find((field) => field.name === name)?.type;
    const union = type && "ofType" in type ? type.ofType : type;
    return isUnionType(union) ? union.getTypes().map((member) => member.name) : [];
  };

  it("schema - unions that contain LoggedIn - are exactly the tested operations", () => {
    expect(opening.map(({ name }) => name).sort()).toEqual([
      ...["acceptInvitation", "completeLogIn", "completeSignUp", "confirmTotp", "enrollSms", "logIn", "refreshSession", "signUp"],
    ]);
  });

  it.each([
    "logIn",
    "signUp",
    "completeSignUp",
    "acceptInvitation",
  ])("%s - first factor only - can answer SecondFactorEnrollmentRequired", (name) => {
    expect(membersOf(name)).toContain("SecondFactorEnrollmentRequired");
  });

  it("logIn - user with a second factor - can answer SecondFactorRequired", () => {
    expect(membersOf("logIn")).toContain("SecondFactorRequired");
  });
});
