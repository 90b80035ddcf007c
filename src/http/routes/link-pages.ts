import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Liquid } from "liquidjs";
import type { Services } from "../../app/services.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import type { VerifiedLink } from "../../domain/one-time-codes/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { LinkFlow } from "../../flows/index.js";
import { GatewayError, type Locale, type PasswordViolation, pickLocale } from "../../platform/errors/index.js";
import { clientInfoOf, languagesOf, localeOf } from "../client-info.js";
import type { RequestRateLimits } from "../request-rate-limits.js";
import { type LinkPageTexts, linkPageTexts } from "./link-page-texts.js";

type Dependencies = Pick<Services, "applicationDirectory" | "challenges">;
interface LinkRequest {
  Params: { applicationId: string; token: string };
  Body: URLSearchParams | undefined;
}
interface Page {
  readonly locale: Locale;
  readonly title: string;
  readonly lead: string;
  readonly email?: string;
  readonly button?: string;
  readonly passwordLabel?: string;
  readonly problems?: readonly string[];
  readonly goOn?: { readonly label: string; readonly url: string };
}

interface FoundPage {
  readonly application: Application;
  readonly linkFlow: LinkFlow;
  readonly link: VerifiedLink;
}

const MAX_FORM_BYTES = 10_000;
const REDIRECT_DELAY_SECONDS = 4;
const STYLES_PATH = "/links.css";
/** Relative to the page, because the gateway can be below a path prefix. */
const STYLES_URL = `../../..${STYLES_PATH}`;
const PAGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const STYLES = `body{font-family:system-ui,sans-serif;color:#1c2430;background:#f4f5f7;margin:0;padding:24px;line-height:1.5}
main{max-width:440px;margin:8vh auto 0;background:#fff;border-radius:8px;padding:32px}h1{font-size:22px;margin:0 0 16px;overflow-wrap:anywhere}
.email{font-weight:600;overflow-wrap:anywhere}.problem{color:#a3271f}label{display:block;margin:16px 0 4px}
input{font:inherit;width:100%;box-sizing:border-box;padding:10px;border:1px solid #8a94a3;border-radius:6px}
button,a.button{font:inherit;display:inline-block;margin-top:20px;background:#1c2430;color:#fff;border:0;border-radius:6px;padding:12px 20px;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid #2f6fde;outline-offset:2px}`;
const engine = new Liquid({ locale: "en-US", outputEscape: "escape", strictVariables: false, ownPropertyOnly: true });
const template = engine.parse(`<!doctype html>
<html lang="{{ locale }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>{{ title }}</title><link rel="stylesheet" href="{{ styles }}"></head>
<body><main><h1>{{ title }}</h1><p>{{ lead }}</p>{% if email %}<p class="email">{{ email }}</p>{% endif %}
{% for problem in problems %}<p class="problem" role="alert">{{ problem }}</p>{% endfor %}
{% if button %}<form method="post" autocomplete="on">{% if passwordLabel %}<input type="hidden" name="username" autocomplete="username" value="{{ email }}">
<label for="password">{{ passwordLabel }}</label><input id="password" name="password" type="password" autocomplete="new-password" required>{% endif %}
<button>{{ button }}</button></form>{% endif %}
{% if goOn %}<a class="button" rel="noreferrer" href="{{ goOn.url }}">{{ goOn.label }}</a>{% endif %}
</main></body></html>`);

/** Pages that mailed links lead to. GET changes nothing, so that mail scanners do not consume the link; only the form's POST does. */
export function addLinkPages(
  server: FastifyInstance,
  dependencies: Dependencies,
  linkFlows: readonly LinkFlow[],
  rateLimits: RequestRateLimits,
): void {
  const pages = new LinkPages(dependencies, linkFlows, rateLimits);
  void server.register(async (scope) => {
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: MAX_FORM_BYTES },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    const url = "/apps/:applicationId/links/:token";
    scope.get<LinkRequest>(url, (request, reply) => pages.show(request, reply));
    scope.post<LinkRequest>(url, { config: { acceptsForms: true } }, (request, reply) => pages.submit(request, reply));
    scope.get(STYLES_PATH, async (_request, reply) => {
      await reply.header("Cache-Control", "public, max-age=300").type("text/css; charset=utf-8").send(STYLES);
    });
  });
}

class LinkPages {
  private readonly byPurpose: ReadonlyMap<string, LinkFlow>;

  constructor(
    private readonly dependencies: Dependencies,
    linkFlows: readonly LinkFlow[],
    private readonly rateLimits: RequestRateLimits,
  ) {
    this.byPurpose = new Map(linkFlows.map((linkFlow) => [linkFlow.purpose, linkFlow]));
  }

  async show(request: FastifyRequest<LinkRequest>, reply: FastifyReply): Promise<void> {
    const found = await this.find(request);
    await send(reply, found ? 200 : 404, found ? await this.formPage(found, request) : invalidLinkPage(localeOf(request)));
  }

  async submit(request: FastifyRequest<LinkRequest>, reply: FastifyReply): Promise<void> {
    const client = clientInfoOf(request);
    this.rateLimits.consumeMutation(client);
    const found = await this.find(request);
    if (!found) return await send(reply, 404, invalidLinkPage(localeOf(request)));
    const { application, linkFlow, link } = found;
    const password = request.body instanceof URLSearchParams ? (request.body.get("password") ?? "") : "";
    if (!password.isWellFormed() || password.includes("\0")) throw new GatewayError("BAD_USER_INPUT", { path: "password" });
    // The locale is determined first, because the next step consumes the link.
    const { locale } = await this.recipientOf(found, request);
    const outcome = await linkFlow.perform(contextOf(request, application, client), link, password);
    if (outcome.kind === "invalid-link") return await send(reply, 404, invalidLinkPage(locale));
    if (outcome.kind === "password-rejected") return await send(reply, 422, await this.formPage(found, request, outcome.violations));
    await send(reply, 200, successPage(application, linkFlow, locale, outcome.kind));
  }

  private async find(request: FastifyRequest<LinkRequest>) {
    const { params } = request;
    this.rateLimits.consume(clientInfoOf(request));
    const application = await this.dependencies.applicationDirectory.findActiveById(params.applicationId);
    const link = application && (await this.dependencies.challenges.verifyLink(application.id, params.token));
    const linkFlow = link && this.byPurpose.get(link.purpose);
    return application && link && linkFlow ? { application, link, linkFlow } : null;
  }

  /** Pages use the user's locale, else the browser's, else the application's. */
  private async recipientOf({ application, linkFlow, link }: FoundPage, request: FastifyRequest) {
    const { email, locale } = await linkFlow.describe(application, link);
    return { email, locale: pickLocale([locale, ...languagesOf(request), application.settings.locales.default]) };
  }

  private async formPage(found: FoundPage, request: FastifyRequest, violations: readonly PasswordViolation[] = []) {
    const { email, locale } = await this.recipientOf(found, request);
    const { texts, say: fill } = textsFor(locale, found.application);
    const { title, lead, button } = found.linkFlow.requires === "password" ? texts.reset : texts.signUp;
    const problems = violations.map((violation) => texts.violations[violation]);
    const minimum = String(found.application.settings.password.minimumLength);
    const label = found.linkFlow.requires === "password" ? { passwordLabel: texts.reset.label.replace("{minimum}", minimum) } : {};
    return { locale, title: fill(title), lead: fill(lead), email, button, problems, ...label };
  }
}

function textsFor(locale: Locale, { settings }: Application): { texts: LinkPageTexts; say: (text: string) => string } {
  return { texts: linkPageTexts[locale], say: (text) => text.replaceAll("{app}", () => settings.general.name) };
}

function invalidLinkPage(locale: Locale): Page {
  return { locale, ...linkPageTexts[locale].gone };
}

function successPage(application: Application, { requires }: LinkFlow, locale: Locale, outcome: "done" | "password-not-set"): Page {
  const { texts, say: fill } = textsFor(locale, application);
  const { done } = requires === "password" ? texts.reset : texts.signUp;
  const title = fill("{app}");
  if (outcome === "password-not-set") return { locale, title, lead: fill(texts.signUp.passwordNotSet) };
  const [url] = application.settings.links.redirects;
  return { locale, title, lead: fill(done), ...(url ? { goOn: { label: texts.continueLabel, url } } : {}) };
}

async function send(reply: FastifyReply, status: number, page: Page): Promise<void> {
  const html = String(await engine.render(template, { ...page, styles: STYLES_URL }));
  void reply.header("Cache-Control", "no-store").header("Content-Security-Policy", PAGE_POLICY);
  // The delay allows reading the page. Some browsers open a custom URL scheme only on a user gesture, so the button remains.
  if (page.goOn) void reply.header("Refresh", `${REDIRECT_DELAY_SECONDS}; url=${new URL(page.goOn.url).href}`);
  await reply.code(status).type("text/html; charset=utf-8").send(html);
}

/** The link proves control of the mailbox, not the identity of the caller. */
const contextOf = (request: FastifyRequest, application: Application, client: ClientInfo): ApplicationContext => ({
  actor: { kind: "UNAUTHENTICATED" },
  application,
  client,
  locale: localeOf(request),
  requestId: request.id,
  arrivedAt: null,
});
