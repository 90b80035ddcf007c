import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LatchkeyClient, type LatchkeyOptions, memoryStore, type SessionStore } from "../../clients/typescript/src/index.js";
import { uniqueAddress } from "./client.js";
import type { TestApplication, TestGateway } from "./gateway.js";

/** A user's device with the client package, its own network address, and a record of what was sent. */
export interface Device {
  readonly client: LatchkeyClient;
  readonly store: SessionStore;
  /** Names of the operations sent, in order. */
  readonly sentOperations: string[];
  /** How often the client was notified that its session has ended. */
  sessionEndedCount: number;
}
type DeviceOptions = Partial<Pick<LatchkeyOptions, "url" | "store" | "locale" | "timeoutMs" | "now">>;

export function createDevice(gateway: TestGateway, { appKey }: Pick<TestApplication, "appKey">, options: DeviceOptions = {}): Device {
  const { store = memoryStore() } = options;
  const address = uniqueAddress();
  const record: Pick<Device, "sentOperations" | "sessionEndedCount"> = { sentOperations: [], sessionEndedCount: 0 };
  const client = new LatchkeyClient({
    url: gateway.url,
    appKey,
    now: () => gateway.clock.now().getTime(),
    onSessionEnded: () => {
      record.sessionEndedCount++;
    },
    fetch: (input, init) => {
      record.sentOperations.push(/(?:query|mutation) (\w+)/.exec(String(init?.body))?.[1] ?? "?");
      return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), "x-forwarded-for": address } });
    },
    ...options,
    store,
  });
  return Object.assign(record, { client, store });
}

/** A proxy between device and gateway that drops requests or responses. */
export class FlakyProxy {
  /** Number of next requests that are forwarded but whose responses are dropped. */
  answersToDrop = 0;
  /** Nothing is forwarded. */
  isDown = false;
  forwardedCount = 0;

  private constructor(private readonly server: Server) {}

  static async inFrontOf(gateway: TestGateway): Promise<FlakyProxy> {
    const server: Server = createServer(async (request, response) => {
      if (proxy.isDown) return request.socket.destroy();
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { host: _, connection: __, "content-length": ___, ...headers } = request.headers as Record<string, string>;
      const answer = await fetch(gateway.url + request.url, { method: request.method ?? "GET", headers, body: Buffer.concat(chunks) });
      const text = await answer.text();
      proxy.forwardedCount++;
      if (proxy.answersToDrop > 0) {
        proxy.answersToDrop--;
        return request.socket.destroy();
      }
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(text);
    });
    const proxy = new FlakyProxy(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
