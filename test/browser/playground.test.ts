import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTemporaryFolder, ensurePlaygroundBuilt, FAST_HASHING, GatewayProcess } from "../support/process.js";

const CHROMIUM_FLAGS = [
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];
const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
  "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

let gateway: GatewayProcess;
let browser: Browser;
beforeAll(async () => {
  await ensurePlaygroundBuilt();
  gateway = await GatewayProcess.start(createTemporaryFolder(), FAST_HASHING);
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", ...CHROMIUM_FLAGS] });
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await gateway?.kill();
});

interface Visit {
  readonly page: Page;
  /** Everything that must not happen: requests to others, introspection, complaints in the console, broken policies. */
  readonly violations: string[];
}
type Data = Record<string, Record<string, unknown>>;

async function visit(size = { width: 1280, height: 800 }, host = "127.0.0.1"): Promise<Visit> {
  const context = await browser.newContext({ viewport: size, colorScheme: size.width > 600 ? "light" : "dark" });
  const page = await context.newPage();
  const origin = `http://${host}:${gateway.port}`;
  const complaints: string[] = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
    if (request.postData()?.includes("__schema")) complaints.push("introspection");
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
  const watch = 'document.addEventListener("securitypolicyviolation", (event) => console.error("policy: " + event.violatedDirective))';
  await page.addInitScript({ content: watch });
  await page.goto(`${origin}/playground`);
  await page.getByRole("tab", { name: "Application" }).waitFor();
  return { page, violations: complaints };
}

const choose = async (page: Page, name: string) => {
  await page.getByRole("navigation", { name: "Examples" }).getByRole("button", { name, exact: true }).click();
  await page.getByRole("tab", { name: new RegExp(`^(Managed)?${name}$`, "i") }).waitFor();
};
/** Runs what is open and reads the answer from the wire; it must be what the page shows. */
async function run(page: Page): Promise<Data> {
  const answered = page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/graphql"));
  await page.getByRole("button", { name: /execute query/i }).click();
  const { data } = (await (await answered).json()) as { data: Data };
  await page.locator(".graphiql-response .view-line").nth(2).waitFor();
  return data;
}
const screenshot = (page: Page, name: string) => page.screenshot({ path: join(tmpdir(), `latchkey-playground-${name}.png`) });

describe("playground in a browser", () => {
  it("playground page - response headers - strict policy and no caching of the page; assets are cached permanently", async () => {
    const root = await fetch(gateway.url, { redirect: "manual" });
    expect([root.status, root.headers.get("location")]).toEqual([302, "playground"]);
    const page = await fetch(`${gateway.url}/playground`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toBe(policy);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const script = /src="(playground\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1];
    const asset = await fetch(`${gateway.url}/${script}`);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await fetch(`${gateway.url}/playground/assets/..%2fbuilt`)).status).not.toBe(200);
  });

  it("playground - sign-up to password reset - values are carried from call to call, no request leaves the host", async () => {
    const { page, violations: complaints } = await visit();
    expect((await run(page))["application"]).toMatchObject({ name: "Demo" });
    await choose(page, "signUp");
    expect((await run(page))["signUp"]).toMatchObject({ __typename: "ConfirmationSent" });
    await choose(page, "completeSignUp");
    await page.getByRole("button", { name: "Fetch the code" }).click();
    await page.getByText(/^Code \d{6} filled in$/).waitFor();
    await screenshot(page, "code");
    const { completeSignUp } = await run(page);
    expect(completeSignUp).toMatchObject({ __typename: "LoggedIn", user: { metadata: { role: "member" } } });
    await choose(page, "logIn");
    expect((await run(page))["logIn"]).toMatchObject({ __typename: "LoggedIn" });
    await screenshot(page, "log-in");
    await choose(page, "me");
    expect((await run(page))["me"]).toMatchObject({ email: (completeSignUp?.["user"] as { email: string }).email });
    await choose(page, "refreshSession");
    expect((await run(page))["refreshSession"]).toMatchObject({ __typename: "LoggedIn" });
    await choose(page, "forgotPassword");
    expect((await run(page))["forgotPassword"]).toMatchObject({ __typename: "PasswordResetRequested" });
    await page.getByRole("button", { name: "Fetch the code" }).click();
    await page.getByText(/^Code \d{6} filled in$/).waitFor();
    await choose(page, "resetPassword");
    expect((await run(page))["resetPassword"]).toMatchObject({ __typename: "PasswordReset" });
    await choose(page, "logIn");
    expect((await run(page))["logIn"]).toMatchObject({ __typename: "LoggedIn" });
    expect(complaints).toEqual([]);
  });

  it("Management API - viewer with the secret key, then application with the id from its answer - works from localhost too", async () => {
    const { page, violations: complaints } = await visit(undefined, "localhost");
    await page.getByLabel("Management API").check();
    await page.getByRole("tab", { name: "Viewer" }).waitFor();
    expect((await run(page))["viewer"]).toMatchObject({ __typename: "ApplicationKey", application: { name: "Demo" } });
    await choose(page, "application");
    expect((await run(page))["application"]).toMatchObject({ name: "Demo", status: "ACTIVE" });
    await screenshot(page, "management");
    expect(complaints).toEqual([]);
  });

  it("playground - narrow dark window, keyboard only - an example is reached with Tab and Enter; nothing overflows", async () => {
    const { page, violations: complaints } = await visit({ width: 390, height: 780 });
    const focused = page.locator("button:focus", { hasText: /^signUp$/ });
    for (let presses = 0; presses < 8 && !(await focused.count()); presses++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "SignUp" }).waitFor();
    await run(page);
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    await screenshot(page, "narrow");
    expect(complaints).toEqual([]);
  });

  it("playground - no context from the gateway, as in production - headers are placeholders to fill in", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("**/playground/context.json", (route) => route.fulfill({ status: 404 }));
    await page.goto(`${gateway.url}/playground`);
    await page.getByRole("button", { name: "Headers" }).click();
    await page.getByText('"lk_app_..."').waitFor();
    expect(await page.getByRole("button", { name: "Fetch the code" }).count()).toBe(0);
  });
});
