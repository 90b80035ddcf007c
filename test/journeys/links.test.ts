import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import {
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  MeDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, freshEmail, logIn, PASSWORD, requireLogIn, signUpPerson } from "../support/people.js";

let gateway: TestGateway;
let coded: TestApplication;
let linked: TestApplication;
beforeAll(async () => {
  gateway = await TestGateway.start();
  coded = await gateway.createApplication("Blue Heron", 'locales.supported=["en","de"]');
  linked = await gateway.createApplication("Grey Heron", "signUp.flow=LINK", "links.redirects=grey-heron://welcome");
});
afterAll(() => gateway.stop());

const nextLink = async (to: string) => {
  const { text, html } = await gateway.mails.next(to);
  const link = /^(https?:\/\/\S+)$/m.exec(text)?.[1];
  if (!link) throw new Error(`no link in\n${text}`);
  expect(html).toContain(`href="${link}"`);
  return link;
};
const open = async (url: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
  const init = form === undefined ? { headers } : { method: "POST", body: new URLSearchParams(form), headers };
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const stored = () => gateway.dump("audit_events", "outbox_messages");

describe("links", () => {
  it("CL-15 sign up by link - scanners look as often as they like - the button alone makes the user, once", async () => {
    const email = freshEmail();
    await beginSignUp(linked.client, email);
    const link = await nextLink(email);
    expect(link.startsWith(`${gateway.url}/apps/${linked.id}/links/`)).toBe(true);
    const before = await stored();
    for (let index = 0; index < 3; index++) {
      expect((await open(link)).status).toBe(200);
      expect((await fetch(link, { method: "HEAD" })).status).toBe(200);
    }
    expect(await stored()).toBe(before);
    expect(await logIn(linked.client, email)).toMatchObject({ __typename: "InvalidCredentials" });
    const done = await open(link, {});
    expect(done.status).toBe(200);
    expect(done.text).toContain('href="grey-heron://welcome"');
    expect(done.headers.get("refresh")).toBe("4; url=grey-heron://welcome");
    await requireLogIn(linked.client, email);
    for (const form of [undefined, {}]) expect((await open(link, form)).status).toBe(404);
  });

  it("CL-18 link page - nothing of others, no referrer, no store, not in the log", async () => {
    const email = freshEmail();
    await beginSignUp(coded.client, email);
    const link = await nextLink(email);
    const page = await open(link);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect([...page.text.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, target]) => target)).toEqual(["/links.css"]);
    const token = link.split("/").at(-1) ?? "none";
    expect(gateway.logs.join("")).not.toContain(token);
    expect(await gateway.dump()).not.toContain(token);
  });

  it("sign up by link in flow CODE - one sign-up waits - its password counts; the code is used up with it", async () => {
    const email = freshEmail();
    const ticket = await beginSignUp(coded.client, email);
    const mail = await gateway.mails.next(email);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "";
    expect(mail.text.indexOf(code)).toBeLessThan(mail.text.indexOf("http"));
    const link = /^(https?:\/\/\S+)$/m.exec(mail.text)?.[1] ?? "";
    expect((await open(link, {})).status).toBe(200);
    const { completeSignUp } = await coded.client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } });
    expect(completeSignUp).toMatchObject({ __typename: "InvalidCode" });
    await requireLogIn(coded.client, email);
  });

  it("sign up by link - a stranger signed the address up too - nobody's password counts, a reset is mailed and the page says so", async () => {
    const email = freshEmail();
    await beginSignUp(linked.client, email, { password: "the stranger's password" });
    const link = await nextLink(email);
    await beginSignUp(linked.client, email);
    expect((await open(link, {})).text).toMatch(/choose its password: we have just sent you a mail/);
    for (const password of [PASSWORD, "the stranger's password"])
      expect(await logIn(linked.client, email, password)).toMatchObject({ __typename: "InvalidCredentials" });
    const reset = await nextLink(email);
    expect((await open(reset, { password: "chosen by the owner" })).status).toBe(200);
    await requireLogIn(linked.client, email, "chosen by the owner");
  });

  it("reset by link - the short code's attempts are spent by a stranger - the link still works", async () => {
    const person = await signUpPerson(gateway, coded);
    await coded.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    const link = await nextLink(person.email);
    for (let index = 0; index < 6; index++)
      await coded.client.expect(ResetPasswordDocument, {
        input: { handle: { email: person.email }, code: "000000", newPassword: "a new long password" },
      });
    const weak = await open(link, { password: "password12" });
    expect(weak.status).toBe(422);
    expect(weak.text).toContain("most common");
    expect((await open(link, { password: "a new long password" })).status).toBe(200);
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    await requireLogIn(coded.client, person.email, "a new long password");
    expect((await open(link, { password: "another long password" })).status).toBe(404);
    expect((await gateway.mails.next(person.email)).subject).toMatch(/password/i);
  });

  it("reset by link - code is over after 10 minutes, the link after 30", async () => {
    const person = await signUpPerson(gateway, coded);
    const ask = () => coded.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    await ask();
    const mail = await gateway.mails.next(person.email);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "";
    const link = /^(https?:\/\/\S+)$/m.exec(mail.text)?.[1] ?? "";
    gateway.clock.move({ minutes: 11 });
    const { resetPassword } = await coded.client.expect(ResetPasswordDocument, {
      input: { handle: { email: person.email }, code, newPassword: "a new long password" },
    });
    expect(resetPassword).toMatchObject({ __typename: "InvalidCode" });
    expect((await open(link)).status).toBe(200);
    gateway.clock.move({ minutes: 20 });
    expect((await open(link, { password: "a new long password" })).status).toBe(404);
    await requireLogIn(coded.client, person.email);
  });

  it("link page - German user - speaks German; unknown, foreign and odd links look alike", async () => {
    const email = freshEmail();
    const german = { "accept-language": "de" };
    await beginSignUp(coded.client.with({ headers: german }), email);
    const link = await nextLink(email);
    expect((await open(link)).text).toContain('<html lang="de">');
    const token = link.split("/").at(-1) ?? "";
    const odd = [
      link.replace(coded.id, linked.id),
      `${link}x`,
      link.replace(token, "x"),
      link.replace(token, "%00"),
      link.replace(coded.id, "nope"),
    ];
    const answers = await Promise.all(odd.map((url) => open(url)));
    for (const { status, text } of answers.filter((_, index) => index !== 3)) {
      expect(status).toBe(404);
      expect(text).toBe(answers[0]?.text);
    }
    expect(answers[3]?.status).toBeLessThan(500);
  });

  it("CL-15 links - 20 presses of one button at once - one user", async () => {
    const email = freshEmail();
    await beginSignUp(linked.client, email);
    const link = await nextLink(email);
    const outcomes = await gateway.clock.standStill(() =>
      Promise.all(Array.from({ length: 20 }, (_, index) => open(link, {}, { "x-forwarded-for": `203.0.113.${index}` }))),
    );
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await gateway.query("SELECT id FROM users WHERE application_id = ? AND email = ?", [linked.id, email])).toHaveLength(1);
  });

  it("sign up in flow LINK - taken address - answers alike, and the owner's mail has no link", async () => {
    const email = freshEmail();
    await beginSignUp(linked.client, email);
    await open(await nextLink(email), {});
    const answer = async (to: string) =>
      Object.keys((await linked.client.expect(SignUpDocument, { input: { handle: { email: to }, password: PASSWORD } })).signUp);
    expect(await answer(email)).toEqual(await answer(freshEmail()));
    expect((await gateway.mails.next(email)).text).not.toContain("http");
  });
});
