import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  MeDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let codeApplication: TestApplication;
let linkApplication: TestApplication;
beforeAll(async () => {
  codeApplication = await gateway.createApplication("Blue Heron", 'locales.supported=["en","de"]');
  linkApplication = await gateway.createApplication("Grey Heron", "signUp.flow=LINK", "links.redirects=grey-heron://welcome");
});

const nextLink = async (to: string) => {
  const { text, html } = await gateway.mails.next(to);
  const link = /^(https?:\/\/\S+)$/m.exec(text)?.[1];
  if (!link) throw new Error(`no link in\n${text}`);
  expect(html).toContain(`href="${link}"`);
  return link;
};
const fetchPage = async (url: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
  const init = form === undefined ? { headers } : { method: "POST", body: new URLSearchParams(form), headers };
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const dumpState = () => gateway.dump("audit_events", "outbox_messages");

describe("links", () => {
  it("CL-15 sign up by link - repeated requests by scanners - only the button creates the user, once", async () => {
    const email = uniqueEmail();
    await beginSignUp(linkApplication.client, email);
    const link = await nextLink(email);
    expect(link.startsWith(`${gateway.url}/apps/${linkApplication.id}/links/`)).toBe(true);
    const before = await dumpState();
    for (let index = 0; index < 3; index++) {
      expect((await fetchPage(link)).status).toBe(200);
      expect((await fetch(link, { method: "HEAD" })).status).toBe(200);
    }
    expect(await dumpState()).toBe(before);
    expect(await logIn(linkApplication.client, email)).toMatchObject({ __typename: "InvalidCredentials" });
    const done = await fetchPage(link, {});
    expect(done.status).toBe(200);
    expect(done.text).toContain('href="grey-heron://welcome"');
    expect(done.headers.get("refresh")).toBe("4; url=grey-heron://welcome");
    await requireLogIn(linkApplication.client, email);
    for (const form of [undefined, {}]) expect((await fetchPage(link, form)).status).toBe(404);
  });

  it("CL-18 link page - headers and content - no third-party content, no referrer, no caching, not logged", async () => {
    const email = uniqueEmail();
    await beginSignUp(codeApplication.client, email);
    const link = await nextLink(email);
    const page = await fetchPage(link);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect([...page.text.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, target]) => target)).toEqual(["../../../links.css"]);
    const token = link.split("/").at(-1) ?? "none";
    expect(gateway.logs.join("")).not.toContain(token);
    expect(await gateway.dump()).not.toContain(token);
  });

  it("sign up by link in flow CODE - one pending sign-up - its password is used; the code is consumed too", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(codeApplication.client, email);
    const mail = await gateway.mails.next(email);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "";
    expect(mail.text.indexOf(code)).toBeLessThan(mail.text.indexOf("http"));
    const link = /^(https?:\/\/\S+)$/m.exec(mail.text)?.[1] ?? "";
    expect((await fetchPage(link, {})).status).toBe(200);
    const { completeSignUp } = await codeApplication.client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } });
    expect(completeSignUp).toMatchObject({ __typename: "InvalidCode" });
    await requireLogIn(codeApplication.client, email);
  });

  it("sign up by link - another person signed up with the address too - neither password is used, a reset is mailed and the page says so", async () => {
    const email = uniqueEmail();
    await beginSignUp(linkApplication.client, email, { password: "another client's password" });
    const link = await nextLink(email);
    await beginSignUp(linkApplication.client, email);
    expect((await fetchPage(link, {})).text).toMatch(/choose a password: we have just sent you an email/);
    for (const password of [PASSWORD, "another client's password"])
      expect(await logIn(linkApplication.client, email, password)).toMatchObject({ __typename: "InvalidCredentials" });
    const reset = await nextLink(email);
    expect((await fetchPage(reset, { password: "chosen by the owner" })).status).toBe(200);
    await requireLogIn(linkApplication.client, email, "chosen by the owner");
  });

  it("reset by link - attempts at the short code used up by another client - the link still works", async () => {
    const person = await signUpPerson(gateway, codeApplication);
    await codeApplication.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    const link = await nextLink(person.email);
    for (let index = 0; index < 6; index++)
      await codeApplication.client.expect(ResetPasswordDocument, {
        input: { handle: { email: person.email }, code: "000000", newPassword: "a new long password" },
      });
    const weak = await fetchPage(link, { password: "password12" });
    expect(weak.status).toBe(422);
    expect(weak.text).toContain("too common");
    expect((await fetchPage(link, { password: "a new long password" })).status).toBe(200);
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    await requireLogIn(codeApplication.client, person.email, "a new long password");
    expect((await fetchPage(link, { password: "another long password" })).status).toBe(404);
    expect((await gateway.mails.next(person.email)).subject).toMatch(/password/i);
  });

  it("reset by link - expiry - the code expires after 10 minutes, the link after 30", async () => {
    const person = await signUpPerson(gateway, codeApplication);
    const ask = () => codeApplication.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    await ask();
    const mail = await gateway.mails.next(person.email);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "";
    const link = /^(https?:\/\/\S+)$/m.exec(mail.text)?.[1] ?? "";
    gateway.clock.move({ minutes: 11 });
    const { resetPassword } = await codeApplication.client.expect(ResetPasswordDocument, {
      input: { handle: { email: person.email }, code, newPassword: "a new long password" },
    });
    expect(resetPassword).toMatchObject({ __typename: "InvalidCode" });
    expect((await fetchPage(link)).status).toBe(200);
    gateway.clock.move({ minutes: 20 });
    expect((await fetchPage(link, { password: "a new long password" })).status).toBe(404);
    await requireLogIn(codeApplication.client, person.email);
  });

  it("link page - German user - is in German; unknown, foreign and malformed links get equal answers", async () => {
    const email = uniqueEmail();
    const german = { "accept-language": "de" };
    await beginSignUp(codeApplication.client.with({ headers: german }), email);
    const link = await nextLink(email);
    expect((await fetchPage(link)).text).toContain('<html lang="de">');
    const token = link.split("/").at(-1) ?? "";
    const odd = [
      link.replace(codeApplication.id, linkApplication.id),
      `${link}x`,
      link.replace(token, "x"),
      link.replace(token, "%00"),
      link.replace(codeApplication.id, "nope"),
    ];
    const answers = await Promise.all(odd.map((url) => fetchPage(url)));
    for (const { status, text } of answers.filter((_, index) => index !== 3)) {
      expect(status).toBe(404);
      expect(text).toBe(answers[0]?.text);
    }
    expect(answers[3]?.status).toBeLessThan(500);
  });

  it("CL-15 links - 20 submissions of one button at once - one user", async () => {
    const email = uniqueEmail();
    await beginSignUp(linkApplication.client, email);
    const link = await nextLink(email);
    const outcomes = await gateway.clock.whileFrozen(() =>
      Promise.all(Array.from({ length: 20 }, (_, index) => fetchPage(link, {}, { "x-forwarded-for": `203.0.113.${index}` }))),
    );
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await gateway.query("SELECT id FROM users WHERE application_id = ? AND email = ?", [linkApplication.id, email])).toHaveLength(1);
  });

  it("sign up in flow LINK - registered address - equal answer, and the owner's mail has no link", async () => {
    const email = uniqueEmail();
    await beginSignUp(linkApplication.client, email);
    await fetchPage(await nextLink(email), {});
    const answer = async (to: string) =>
      Object.keys((await linkApplication.client.expect(SignUpDocument, { input: { handle: { email: to }, password: PASSWORD } })).signUp);
    expect(await answer(email)).toEqual(await answer(uniqueEmail()));
    expect((await gateway.mails.next(email)).text).not.toContain("http");
  });
});
