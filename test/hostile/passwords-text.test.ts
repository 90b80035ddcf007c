import { describe, expect, it } from "vitest";
import { attempt, hostile, outcomeOf } from "../support/hostile.js";
import { freshEmail, PASSWORD, requireLogIn } from "../support/people.js";

const stage = hostile();

const expectRefused = async (email: string, ...passwords: readonly string[]) => {
  for (const password of passwords)
    expect([password, outcomeOf(await attempt.logIn(stage.a.client, email, password))]).toEqual([password, "INVALID_CREDENTIALS"]);
};

describe("passwords are taken exactly as they come", () => {
  it("PW-06 log in - 64 characters, the last one changed or missing - are other passwords", async () => {
    const password = "Tangled wires hum beneath a quiet harbour while the gulls debate";
    expect(password).toHaveLength(64);
    const { email } = await stage.person(stage.a, password);
    await requireLogIn(stage.a.client, email, password);
    await expectRefused(email, `${password.slice(0, -1)}f`, password.slice(0, -1), `${password}e`);
  });

  it("PW-07 log in - 73 bytes, cut at 72 or with another 73rd - are other passwords", async () => {
    const password = `${"orchard lantern ".repeat(5).slice(0, 72)}Z`;
    expect(Buffer.byteLength(password)).toBe(73);
    const { email } = await stage.person(stage.a, password);
    await expectRefused(email, password.slice(0, 72), `${password.slice(0, 72)}Y`, `${password}Z`);
    await requireLogIn(stage.a.client, email, password);
  });

  it("PW-10 log in - composed and decomposed - are one password; compatibility letters are another", async () => {
    const password = "caf\u00e9 au lait tonight";
    const { email } = await stage.person(stage.a, password);
    const fullWidth = [...password].map((letter) =>
      /[a-z]/.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter,
    );
    expect(fullWidth.join("").normalize("NFKC")).toBe(password);
    await expectRefused(email, fullWidth.join(""), "cafe au lait tonight", "CAF\u00c9 au lait tonight");
    for (const same of [password, password.normalize("NFD")]) await requireLogIn(stage.a.client, email, same);
  });

  it.each([
    "\\ud800",
    "\\udc00",
    "\\ud800\\ud800",
    "\\u0000",
  ])("PW-11 sign up and log in - %s in the password - is refused as input and nothing changes", async (escaped) => {
    const { email } = stage.u1;
    await stage.unchanged(async () => {
      for (const [name, handle] of [
        ["signUp", freshEmail()],
        ["logIn", email],
      ] as const) {
        const type = name === "signUp" ? "SignUpInput!" : "LogInInput!";
        const input = `{"handle":{"email":"${handle}"},"password":"${PASSWORD}${escaped}"}`;
        const query = `mutation M($input: ${type}) { ${name}(input: $input) { __typename } }`;
        const byVariable = await stage.a.client.post(`{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`);
        expect([name, outcomeOf(byVariable)]).toEqual([name, "BAD_USER_INPUT"]);
        const literal = `mutation { ${name}(input: { handle: { email: "${handle}" }, password: "${PASSWORD}${escaped}" }) { __typename } }`;
        const inDocument = await stage.a.client.post({ query: literal });
        expect([name, ["BAD_USER_INPUT", "DOCUMENT_REFUSED"]]).toEqual([name, expect.arrayContaining([outcomeOf(inDocument)])]);
        // The escape decoded by the JSON reader: raw in the document.
        const raw = await stage.a.client.post(`{"query":"${literal.replaceAll('"', '\\"')}"}`);
        expect([name, ["BAD_USER_INPUT", "DOCUMENT_REFUSED"]]).toEqual([name, expect.arrayContaining([outcomeOf(raw)])]);
      }
    });
  });

  it("PW-12 log in - spaces trimmed or collapsed - are other passwords", async () => {
    const password = " two spaces  here ";
    const { email } = await stage.person(stage.a, password);
    await expectRefused(email, password.trim(), password.replaceAll("  ", " "), password.trimEnd(), `${password} `);
    await requireLogIn(stage.a.client, email, password);
  });

  it("PW-13 log in - case swapped - is another password", async () => {
    const { email } = await stage.person();
    await expectRefused(email, PASSWORD.toUpperCase(), PASSWORD.replace("v", "V"));
    await requireLogIn(stage.a.client, email);
  });

  it("PW-13 log in - empty, or what a programmer would mistake for nothing - is refused", async () => {
    const { email } = await stage.person();
    await expectRefused(email, "", " ", "null", "undefined");
    stage.gateway.clock.move({ hours: 1 });
    await expectRefused(email, "true", "[object Object]", "%");
    await requireLogIn(stage.a.client, email);
  });
});
