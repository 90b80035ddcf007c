import { connect, type Socket } from "node:net";
import type { HttpAnswer } from "./hostile-fixture.js";

export interface RawAnswer extends HttpAnswer {
  /** Everything that came, status line first; empty when the connection was closed without an answer. */
  readonly fullText: string;
}

/** Speaks bytes to the gateway and reads one answer is whole, or with `toTheEnd` until it closes, or `patience` milliseconds without a byte have passed. */
export function sendRaw(
  url: string,
  bytes: string | Buffer,
  { patience: timeoutMs = 1500, toTheEnd: untilClose = false } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(parseAnswer(Buffer.concat(chunks).toString("utf8")));
    };
    socket.setTimeout(timeoutMs, done);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      if (!untilClose && isComplete(Buffer.concat(chunks).toString("latin1"))) done();
    });
    socket.on("error", done);
    socket.on("close", done);
  });
}

/** One answer of known length, all of it. */
function isComplete(text: string): boolean {
  const [head = "", ...body] = text.split("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return length !== undefined && body.join("\r\n\r\n").length >= Number(length);
}

function parseAnswer(whole: string): RawAnswer {
  const [head = "", ...body] = whole.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const at = line.indexOf(":");
    if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return { fullText: whole, status: Number(first.split(" ")[1] ?? 0), headers, text: body.join("\r\n\r\n") };
}

/** An HTTP/1.1 request as it goes over the wire. */
export function formatRequest(method: string, target: string, headers: readonly string[], body = ""): string {
  return [`${method} ${target} HTTP/1.1`, ...headers, "", body].join("\r\n");
}
