import { describe, expect, it } from "vitest";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, requireLogIn, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

const expectRefused = async (email: string, ...passwords: readonly string[]) => {
  for (const password of passwords)
    expect([password, outcomeOf(await attempt.logIn(fixture.a.client, email, password))]).toEqual([password, "INVALID_CREDENTIALS"]);
};

describe("passwords are compared exactly", () => {
  it("PW-06 log in - 64 characters, the last one changed or missing - is rejected", async () => {
    const password = "Tangled wires hum beneath a quiet harbour while the gulls debate";
    expect(password).toHaveLength(64);
    const { email } = await fixture.signUpPerson(fixture.a, password);
    await requireLogIn(fixture.a.client, email, password);
    await expectRefused(email, `${password.slice(0, -1)}f`, password.slice(0, -1), `${password}e`);
  });

  it("PW-07 log in - 73 bytes, cut at 72 or with another last byte - is rejected", async () => {
    const password = `${"orchard lantern ".repeat(5).slice(0, 72)}Z`;
    expect(Buffer.byteLength(password)).toBe(73);
    const { email } = await fixture.signUpPerson(fixture.a, password);
    await expectRefused(email, password.slice(0, 72), `${password.slice(0, 72)}Y`, `${password}Z`);
    await requireLogIn(fixture.a.client, email, password);
  });

  it("PW-10 log in - composed and decomposed - are the same password; compatibility characters are another", async () => {
    const password = "caf\u00e9 au lait tonight";
    const { email } = await fixture.signUpPerson(fixture.a, password);
    const fullWidth = [...password].map((letter) =>
      /[a-z]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter,
    );
    expect(fullWidth.join("").normalize("NFKC")).toBe(password);
    await expectRefused(email, fullWidth.join(""), "cafe au lait tonight", "CAF\u00c9 au lait tonight");
    for (const same of [password, password.normalize("NFD")]) await requireLogIn(fixture.a.client, email, same);
  });

  it.each([
    "\\ud800",
    "\\udc00",
    "\\ud800\\ud800",
    "\\u0000",
  ])("PW-11 sign up and log in - %s in the password - is rejected as invalid input and nothing changes", async (escaped) => {
    const { email } = fixture.u1;
    await fixture.expectUnchanged(async () => {
      for (const [name, handle] of [
        ["signUp", uniqueEmail()],
        ["logIn", email],
      ] as const) {
        const type = name === "signUp" ? "SignUpInput!" : "LogInInput!";
        const input = `{"handle":{"email":"${handle}"},"password":"${PASSWORD}${escaped}"}`;
        const query = `mutation M($input: ${type}) { ${name}(input: $input) { __typename } }`;
        const byVariable = await fixture.a.client.post(`{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`);
        expect([name, outcomeOf(byVariable)]).toEqual([name, "BAD_USER_INPUT"]);
        const literal = `mutation { ${name}(input: { handle: { email: "${handle}" }, password: "${PASSWORD}${escaped}" }) { __typename } }`;
        const inDocument = await fixture.a.client.post({ query: literal });
        expect([name, ["BAD_USER_INPUT", "DOCUMENT_REFUSED"]]).toEqual([name, expect.arrayContaining([outcomeOf(inDocument)])]);
        // The escape decoded by the JSON reader: raw in the document.
        const raw = await fixture.a.client.post(`{"query":"${literal.replaceAll('"', '\\"')}"}`);
        expect([name, ["BAD_USER_INPUT", "DOCUMENT_REFUSED"]]).toEqual([name, expect.arrayContaining([outcomeOf(raw)])]);
      }
    });
  });

  it("PW-12 log in - spaces trimmed or collapsed - is rejected", async () => {
    const password = " two spaces  here ";
    const { email } = await fixture.signUpPerson(fixture.a, password);
    await expectRefused(email, password.trim(), password.replaceAll("  ", " "), password.trimEnd(), `${password} `);
    await requireLogIn(fixture.a.client, email, password);
  });

  it("PW-13 log in - case swapped - is rejected", async () => {
    const { email } = await fixture.signUpPerson();
    await expectRefused(email, PASSWORD.toUpperCase(), PASSWORD.replace("v", "V"));
    await requireLogIn(fixture.a.client, email);
  });

  it("PW-13 log in - empty, or text that resembles an empty value - is rejected", async () => {
    const { email } = await fixture.signUpPerson();
    await expectRefused(email, "", " ", "null", "undefined");
    fixture.gateway.clock.move({ hours: 1 });
    await expectRefused(email, "true", "[object Object]", "%");
    await requireLogIn(fixture.a.client, email);
  });
});
