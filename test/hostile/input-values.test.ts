import { describe, expect, it } from "vitest";
import { AcceptInvitationDocument, SetMetadataDocument } from "../support/generated/authentication.js";
import { CreateUserDocument } from "../support/generated/management.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";
import { type Probe, probesOf, type SchemaName, send, withValueAt } from "../support/probe.js";
import { sample } from "../support/sample.js";

const fixture = hostileFixture();

/** Sixty values of every JSON type, of the kinds programs trip over. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 4_294_967_296],
  ...[
    "",
    " ",
    "0",
    "null",
    "undefined",
    "true",
    "NaN",
    "[object Object]",
    "\t\r\n",
    "\u0000",
    "\ud800",
    "\u202e",
    "\u200b",
    "💥",
    "é",
    "e\u0301",
  ],
  ...[
    "' OR '1'='1",
    '" OR 1=1 --',
    "'; DROP TABLE users; --",
    "%",
    "_",
    "\\",
    "`",
    "$" + "{7*7}",
    "{{7*7}}",
    "{% raw %}",
    "<script>",
    "../../etc/passwd",
  ],
  ...["a".repeat(9_000), "1".repeat(9_000), "(a+)+$", "00000000-0000-0000-0000-000000000000", "2030-02-30T25:61:00Z", "1e999"],
  ...[
    [],
    [null],
    [[]],
    ["a", "b"],
    Array.from({ length: 101 }, () => 1),
    {},
    { $gt: "" },
    { not: 1 },
    { length: 1 },
    { toString: 1, valueOf: 2 },
  ],
  ...[{ "@instanceof": Symbol.for("FindOperator").toString(), _type: "not", _value: "" }, JSON.parse('{"__proto__":{"admin":true}}')],
];
/** How many of them a run tries at each place. */
const AT_A_PLACE = 20;
const rejections = /^(BAD_USER_INPUT|DOCUMENT_REFUSED)$/;

async function countTypedAnswers(
  name: SchemaName,
  run: (probe: Probe, variables: Record<string, unknown>) => Promise<string>,
): Promise<number> {
  let count = 0;
  for (const probe of probesOf(name))
    for (const { path } of probe.positions) {
      const values = sample(VALUES, AT_A_PLACE, `${probe.name} ${path.join(".")}`);
      for (let at = 0; at < values.length; at += 10) {
        const some = values.slice(at, at + 10);
        const outcomes = await Promise.all(some.map((value) => run(probe, withValueAt(probe.variables(), path, value))));
        for (const [index, outcome] of outcomes.entries())
          if (/INTERNAL|UNAVAILABLE/.test(outcome))
            throw new Error(`${probe.name} ${path.join(".")} ${JSON.stringify(some[index])}: ${outcome}`);
        count += outcomes.length;
      }
    }
  return count;
}

describe("any JSON value", () => {
  it("IL-21 every operation of the Authentication API - in every argument, with a session - gets a typed answer", async () => {
    expect(VALUES.length).toBeGreaterThanOrEqual(58);
    const { client } = await fixture.signUpPerson();
    // Once with a session; what needs none runs like that anyway.
    const ending = ["deleteAccount", "logOut", "logOutEverywhere", "revokeSession"];
    const count = await countTypedAnswers("authentication", async ({ name, query }, variables) =>
      outcomeOf(await (ending.includes(name) ? fixture.a.client : client).post({ query, variables })),
    );
    expect(count).toBeGreaterThan(1_000);
  }, 180_000);

  it("IL-21 every operation of the Management API - in every argument - gets a typed answer", async () => {
    const { secretKey } = await fixture.gateway.createApplication("Fuzzed");
    const client = fixture.gateway.management(secretKey);
    expect(
      await countTypedAnswers("management", async ({ query }, variables) => outcomeOf(await client.post({ query, variables }))),
    ).toBeGreaterThan(0);
  });

  it("IL-14 every text argument - objects, lists, database operators, numbers - are rejected as invalid input and change nothing", async () => {
    const odd = [{ $gt: "" }, { not: 1 }, { value: "x" }, ["a"], [["a"]], 1, 1.5, true];
    await fixture.expectUnchanged(async () => {
      for (const probe of probesOf("authentication"))
        for (const { path } of probe.positions.filter(({ type }) => type === "String"))
          for (const value of odd) {
            const answer = await send(fixture.a.client, probe, (variables) => withValueAt(variables, path, value));
            // A list of one is refused as well: GraphQL coerces a value to a list, never a list to a value.
            expect([probe.name, path.join("."), outcomeOf(answer)]).toEqual([
              probe.name,
              path.join("."),
              expect.stringMatching(rejections),
            ]);
            expect(answer.text.length).toBeLessThan(1_000);
          }
    });
  });

  it("IL-13 every text argument - SQL as its value - is treated as data: the tables and their rows are unchanged", async () => {
    const sql = [
      "'; DELETE FROM users; --",
      "' OR ''='",
      '" OR ""="',
      "\\' OR 1=1 #",
      "/*!50000 DROP TABLE users */",
      "x'); UPDATE users SET status='SUSPENDED'--",
    ];
    const { client } = await fixture.signUpPerson();
    // A refused operation may have locked a row, which increments its lock version.
    const readUsers = async () =>
      (await fixture.gateway.query<Record<string, unknown>>("SELECT * FROM users ORDER BY id")).map((row) => ({ ...row, lock_version: 0 }));
    const users = await readUsers();
    for (const probe of probesOf("authentication").filter(({ name }) => !/delete|logOut/i.test(name)))
      for (const { path } of probe.positions.filter(({ type }) => type === "String"))
        for (const text of sql) await send(client, probe, (variables) => withValueAt(variables, path, text));
    for (const probe of probesOf("management"))
      for (const { path } of probe.positions.filter(({ type }) => /String|ID/.test(type)))
        for (const text of sql)
          await send(fixture.gateway.management(fixture.b.secretKey), probe, (variables) => withValueAt(variables, path, text));
    expect(await readUsers()).toEqual(users);
  });

  it("IL-16 page sizes and cursors - negative, huge, text, altered - are rejected or capped", async () => {
    const { client } = await fixture.signUpPerson();
    const query = "query ($first: Int!, $after: String) { me { invitations(first: $first, after: $after) { edges { cursor } } } }";
    const cursors = [
      "",
      "x",
      "AAAA",
      "eyJhIjoxfQ",
      Buffer.from('["x"]').toString("base64url"),
      "%00",
      "-1",
      "💥",
      Buffer.from(`2020-01-01|${"x".repeat(40)}`).toString("base64url"),
    ];
    for (const first of [-1, 0, 101, 1e9, 2 ** 31, 2 ** 53, "1", 1.5, null, [1]])
      expect([first, outcomeOf(await client.post({ query, variables: { first } }))]).toEqual([first, "BAD_USER_INPUT"]);
    for (const after of cursors)
      expect(["BAD_USER_INPUT", "data"]).toContain(outcomeOf(await client.post({ query, variables: { first: 5, after } })));
  });
});

describe("X-Forwarded-For", () => {
  it.each([
    "x".repeat(48),
    "1".repeat(60),
    "0000:0000:0000:0000:0000:ffff:198.051.100.007:65535",
    "fe80:0000:0000:0000:0000:0000:0000:0001%a-network-interface-with-a-long-name",
    "[0000:0000:0000:0000:0000:ffff:198.51.100.77]:65535",
    "' OR 1=1 --",
  ])("A-02 sign-up and log-in - proxy sends %j as an address - are served", async (address) => {
    const client = fixture.a.client.with({ address });
    expect(outcomeOf(await attempt.signUp(client, uniqueEmail(), PASSWORD))).toBe("ConfirmationSent");
    expect(outcomeOf(await attempt.logIn(client, fixture.u1.email, PASSWORD))).toBe("LoggedIn");
    expect(outcomeOf(await attempt.logIn(client, uniqueEmail(), PASSWORD))).toBe("INVALID_CREDENTIALS");
  });
});

describe("metadata of type DATE", () => {
  const impossible = [
    ...["2026-02-29", "2026-02-30", "2026-02-31", "2026-04-31", "2100-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32"],
    ...["2026-06-31T10:00:00Z", "2026-01-01T24:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:60Z", "2026-01-01T23:59:60Z"],
    ...["2026-01-01T10:00:00", "2026-01-01T10:00+24:00", "2026-1-1", "26-01-01", "+002026-01-01", "2026-01-01T::::::Z", " 2026-01-01", ""],
  ];
  const possible = ["2024-02-29", "2000-02-29", "2026-02-28", "2026-12-31T23:59:59Z", "2026-12-31T23:59:59.999+02:00", "2026-01-01T00:00Z"];
  const createDated = async () => await fixture.gateway.createApplication("Dates", 'metadata.fields=[{"path":"born","type":"DATE"}]');

  it("B-10 set metadata - days and times that do not exist - are refused as TYPE; those that exist are stored", async () => {
    const { client } = await fixture.signUpPerson(await createDated());
    for (const born of impossible) {
      const { data } = await client.run(SetMetadataDocument, { input: { metadata: { born } } });
      expect([born, data?.setMetadata]).toEqual([
        born,
        expect.objectContaining({ code: "METADATA_REFUSED", fields: [expect.objectContaining({ path: "born", reason: "TYPE" })] }),
      ]);
    }
    for (const born of possible)
      expect([born, outcomeOf(await client.run(SetMetadataDocument, { input: { metadata: { born } } }))]).toEqual([born, "ProfileUpdated"]);
  });

  it("B-10 sign up, invitation, back end - 30 February - is refused", async () => {
    const application = await createDated();
    const metadata = { born: "2026-02-30" };
    expect(outcomeOf(await attempt.signUp(application.client, uniqueEmail(), PASSWORD, { metadata }))).toBe("METADATA_REFUSED");
    const input = { handle: { email: uniqueEmail() }, code: "12345678", password: PASSWORD, metadata };
    expect(outcomeOf(await application.client.run(AcceptInvitationDocument, { input }))).toBe("METADATA_REFUSED");
    const backEnd = fixture.gateway.management(application.secretKey);
    const draft = { applicationId: application.id, email: uniqueEmail(), metadata };
    expect(outcomeOf(await backEnd.run(CreateUserDocument, { input: draft }))).toBe("METADATA_REFUSED");
  });

  it("B-10 settings - 30 February as a default or allowed value - are refused with the field", async () => {
    const { id } = await createDated();
    for (const extra of ['"default":"2026-02-30"', '"allowedValues":["2026-02-28","2026-02-30"]'])
      await expect(fixture.gateway.configure(id, `metadata.fields=[{"path":"due","type":"DATE",${extra}}]`)).rejects.toThrow(/due/);
    await fixture.gateway.configure(id, 'metadata.fields=[{"path":"due","type":"DATE","default":"2026-02-28"}]');
  });
});

describe("metadata paths", () => {
  it.each(["SUB", "Exp", "Email_Verified", "USERNAME.first"])("A-08 settings - path %s - is refused; a stored one stays", async (path) => {
    const application = await fixture.gateway.createApplication("Claims");
    const { id } = application;
    const fields = (...paths: string[]) => `metadata.fields=${JSON.stringify(paths.map((each) => ({ path: each })))}`;
    await expect(fixture.gateway.configure(id, fields(path))).rejects.toThrow(/reserved claim/);
    const stored = JSON.stringify({ metadata: { fields: [{ path }] } });
    await fixture.gateway.query("UPDATE applications SET settings = ? WHERE id = ?", [stored, id]);
    await fixture.gateway.configure(id, fields(path, "team"));
    const { tokens } = await fixture.signUpPerson(application);
    expect(tokens.user.id).not.toBe("");
  });
});

describe("variables", () => {
  it("IL-07 variables - deeply nested, a list of 100,000, undeclared - are rejected and nothing overflows", async () => {
    const deep = `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`;
    const nested = `${"[".repeat(40_000)}${"]".repeat(40_000)}`;
    const query = "mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }";
    await fixture.expectUnchanged(async () => {
      for (const variables of [
        deep,
        `{"input":${deep}}`,
        `{"input":${nested}}`,
        `{"other":${nested}}`,
        `{"input":[${"1,".repeat(45_000)}1]}`,
      ]) {
        const answer = await fixture.a.client.post(`{"query":"${query}","variables":${variables}}`);
        expect([answer.status, outcomeOf(answer)]).toEqual([400, expect.stringMatching(rejections)]);
      }
      const inline = `{ application { name } me { invitations(after: ${"[".repeat(400)}1${"]".repeat(400)}) { __typename } } }`;
      expect(outcomeOf(await fixture.a.client.post({ query: inline }))).toMatch(rejections);
    });
  });

  it("IL-11 body - password, query or variables repeated - the last one is used, for limits and execution alike", async () => {
    const { email } = await fixture.signUpPerson();
    const logIn = "mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }";
    const input = (passwords: string) => `{"handle":{"email":"${email}"},${passwords}}`;
    const wrongLast = await fixture.a.client.post(
      `{"query":"${logIn}","variables":{"input":${input(`"password":"${PASSWORD}","password":"wrong password"`)}}}`,
    );
    expect(wrongLast.text).toContain("InvalidCredentials");
    const rightLast = await fixture.a.client.post(
      `{"query":"${logIn}","variables":{"input":${input(`"password":"wrong password","password":"${PASSWORD}"`)}}}`,
    );
    expect(rightLast.text).toContain("LoggedIn");
    const batch = Array.from({ length: 50 }, (_, index) => `a${index}: logIn(input: $input) { __typename }`).join(" ");
    for (const queries of [
      [logIn, `mutation ($input: LogInInput!) { ${batch} }`],
      ["{ application { id } }", "{ nonsense }"],
    ])
      expect(
        outcomeOf(
          await fixture.a.client.post(`{"query":"${queries[0]}","query":"${queries[1]}","variables":{"input":${input('"password":"x"')}}}`),
        ),
      ).toBe("DOCUMENT_REFUSED");
    const hidden = `{"query":"{ application { id } }","variables":{"a":"${"x".repeat(20_000)}"},"variables":{}}`;
    expect((await fixture.a.client.post(hidden)).status).toBe(200);
  });
});
