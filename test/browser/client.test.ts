import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LatchkeyClient } from "../../clients/typescript/src/index.js";
import { TestGateway } from "../support/gateway.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";

declare global {
  /** The client of the page under test. */
  var latchkey: LatchkeyClient;
}

let gateway: TestGateway;
let pages: Server;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  const dist = mkdtempSync(join(tmpdir(), "latchkey-client-"));
  execFileSync(process.execPath, [
    createRequire(import.meta.url).resolve("typescript/bin/tsc"),
    ...["-p", "clients/typescript", "--outDir", dist],
  ]);
  gateway = await TestGateway.start();
  const { id, appKey } = await gateway.createApplication("Blue Heron", "signUp.flow=NONE");
  pages = createServer((request, response) => {
    const script = `import { LatchkeyClient, localStorageStore } from "/index.js";
      globalThis.latchkey = new LatchkeyClient({ url: "${gateway.url}", appKey: "${appKey}", store: localStorageStore() });`;
    if (request.url === "/")
      response.setHeader("content-type", "text/html").end(`<link rel="icon" href="data:,"><script type="module">${script}</script>`);
    else response.setHeader("content-type", "text/javascript").end(readFileSync(join(dist, String(request.url))));
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  await gateway.configure(id, `links.origins=${origin()}`);
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  context = await browser.newContext();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  pages?.close();
  await gateway?.stop();
});

const origin = () => `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
const open = async (): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`${origin()}/`);
  await page.waitForFunction("globalThis.latchkey");
  return page;
};

describe("client in a browser", () => {
  it("client - page of an allowed origin, two tabs - sign-up, session in localStorage, one refresh for both tabs, log-out", async () => {
    const [one, other] = [await open(), await open()];
    const email = uniqueEmail();
    const joined = await one.evaluate(
      async ([address = "", password = ""]) => (await latchkey.signUp({ handle: { email: address }, password })).__typename,
      [email, PASSWORD],
    );
    expect(joined).toBe("LoggedIn");
    const shownBy = (page: Page) => page.evaluate(async () => (await latchkey.me()).email);
    expect([await shownBy(one), await shownBy(other)]).toEqual([email, email]);
    gateway.clock.move({ minutes: 16 });
    expect(await Promise.all([shownBy(one), shownBy(other), shownBy(one)])).toEqual([email, email, email]);
    await one.reload();
    await one.waitForFunction("globalThis.latchkey");
    expect(await shownBy(one)).toBe(email);
    expect(await one.evaluate(async () => (await latchkey.jwt()).split(".").length)).toBe(3);
    expect(await one.evaluate(() => latchkey.logOut())).toEqual({ sessionsEnded: 1 });
    expect(await other.evaluate(() => latchkey.me().catch(({ code }) => code))).toBe("UNAUTHENTICATED");
    expect(await gateway.query("SELECT id FROM audit_events WHERE event = 'REFRESH_TOKEN_REUSED'")).toEqual([]);
  });
});
