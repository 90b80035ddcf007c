import type { FastifyInstance, FastifyRequest } from "fastify";
import { Liquid } from "liquidjs";
import type { Inbox } from "../../domain/messaging/index.js";
import { canonicalEmail, canonicalPhone } from "../../domain/users/index.js";
import { developmentHostGuard } from "./development-host.js";

interface InboxQuery {
  Querystring: { to?: string | string[] };
}
/** A stored message as JSON. `code` and `link` are extracted from its text. */
interface InboxItem {
  readonly id: string;
  readonly channel: "MAIL" | "SMS";
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly code: string | null;
  readonly link: string | null;
  readonly receivedAt: string;
}

const PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const STYLES = `body{font-family:system-ui,sans-serif;color:#1c2430;background:#f4f5f7;margin:0;padding:24px;line-height:1.5}
main{max-width:760px;margin:0 auto}article{background:#fff;border-radius:8px;padding:20px 24px;margin:16px 0}
h1{font-size:24px}h2{font-size:18px;margin:0 0 4px}.meta{color:#5b6575;font-size:14px}.code{font-size:28px;letter-spacing:5px;font-weight:600}
pre{white-space:pre-wrap;font:14px/1.5 ui-monospace,monospace;background:#f4f5f7;padding:12px;border-radius:6px}
input,button{font:inherit;padding:6px 10px}`;
const engine = new Liquid({ locale: "en-US", outputEscape: "escape", strictVariables: true, ownPropertyOnly: true });
const page = engine.parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="10">
<title>Development inbox</title><link rel="stylesheet" href="inbox.css"></head>
<body><main><h1>Development inbox</h1>
<p>While SMTP_URL is not set, emails are kept here for one day instead of being sent, as are text messages of applications without a Twilio account. This page reloads every 10 seconds. The same messages as JSON:
<a href="inbox.json">/development/inbox.json</a> (?to=ADDRESS or ?to=NUMBER).</p>
<form method="get"><label>To <input name="to" value="{{ to }}"></label> <button>Show</button></form>
{% for mail in mails %}<article><h2>{{ mail.subject }}</h2>
<p class="meta">to {{ mail.to }} &middot; from {{ mail.from }} &middot; {{ mail.receivedAt }}</p>
{% if mail.code %}<p class="code">{{ mail.code }}</p>{% endif %}
<pre>{{ mail.text }}</pre></article>{% else %}<p>No messages yet. Sign up a user to receive one.</p>{% endfor %}
</main></body></html>`);

/** Development only: shows emails and text messages that were stored instead of sent. */
export function addInboxRoutes(server: FastifyInstance, inbox: Inbox, publicUrl: string): void {
  const guard = developmentHostGuard(publicUrl);
  const list = async (to: string): Promise<InboxItem[]> =>
    (await inbox.list(to === "" ? undefined : (canonicalEmail(to) ?? canonicalPhone(to) ?? to))).map(toItem);
  server.get<InboxQuery>("/development/inbox.json", { onRequest: guard }, async (request, reply) => {
    await reply.send(await list(addressOf(request)));
  });
  server.get<InboxQuery>("/development/inbox", { onRequest: guard }, async (request, reply) => {
    const to = addressOf(request);
    const html = String(await engine.render(page, { to, mails: await list(to) }));
    await reply.header("Content-Security-Policy", PAGE_POLICY).type("text/html; charset=utf-8").send(html);
  });
  server.get("/development/inbox.css", { onRequest: guard }, async (_request, reply) => {
    await reply.type("text/css; charset=utf-8").send(STYLES);
  });
}

function addressOf({ query }: FastifyRequest<InboxQuery>): string {
  const to = typeof query.to === "string" ? query.to : "";
  // An unescaped plus sign in the query is decoded as a space.
  return /^ \d/.test(to) ? `+${to.slice(1)}` : to;
}

function toItem({
  id,
  channel,
  recipient,
  sender,
  subject,
  text,
  html,
  receivedAt,
}: Awaited<ReturnType<Inbox["list"]>>[number]): InboxItem {
  // A text message begins with its code; an email has it on a separate line.
  const code = (channel === "SMS" ? /^\d{6,10}\b/ : /(?<=^\s*)\d{6,10}(?=\s*$)/m).exec(text)?.[0] ?? null;
  const link = /https?:\/\/\S+/.exec(text)?.[0] ?? null;
  return { id, channel, to: recipient, from: sender, subject, text, html, code, link, receivedAt: receivedAt.toISOString() };
}
