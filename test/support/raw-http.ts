import { connect, type Socket } from "node:net";
import type { HttpAnswer } from "./hostile-fixture.js";

export interface RawAnswer extends HttpAnswer {
  /** The complete response, status line first; empty when the connection was closed without a response. */
  readonly fullText: string;
}

/**
 * Sends bytes to the gateway and reads one complete response, or with `toTheEnd` until the connection closes, or until nothing has been
 * received for `timeoutMs` milliseconds.
 */
export function sendRaw(url: string, bytes: string | Buffer, { timeoutMs = 1500, toTheEnd: untilClose = false } = {}): Promise<RawAnswer> {
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

/** True when the text is one complete response with a known length. */
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

/** Formats an HTTP/1.1 request. */
export function formatRequest(method: string, target: string, headers: readonly string[], body = ""): string {
  return [`${method} ${target} HTTP/1.1`, ...headers, "", body].join("\r\n");
}
