import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  isSilent: boolean;
}

/** A TCP relay in front of a database server, on loopback, that can behave like a broken network. */
export class DatabaseRelay {
  /** Delay of every answer of the server. */
  latencyMs = 0;
  /** From the command that contains this text, a connection receives no more answers; the command itself reaches the server. */
  silencesAnswersTo: string | undefined;
  /** Instead of forwarding a command that contains `command`, answers with an error of the server, `times` times. */
  refuses: { readonly command: string; readonly errorNumber: number; times: number } | undefined;
  /** Everything that clients have sent. */
  readonly sent: Buffer[] = [];
  private readonly links = new Set<Link>();

  private constructor(
    private readonly server: Server,
    /** The URL of the database through the relay. */
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<DatabaseRelay> {
    const url = new URL(databaseUrl);
    const target = { host: url.hostname, port: Number(url.port || 3306) };
    const server = createServer((client) => relay.link(client, connect(target)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url.hostname = "127.0.0.1";
    url.port = String((server.address() as { port: number }).port);
    const relay = new DatabaseRelay(server, url.href);
    return relay;
  }

  get connectionCount(): number {
    return this.links.size;
  }

  /** Swallows whatever passes over the connections that are open now, in both directions, without closing them. */
  silenceOpenConnections(): void {
    for (const link of this.links) link.isSilent = true;
  }

  async stop(): Promise<void> {
    for (const { client, upstream } of this.links) for (const socket of [client, upstream]) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private link(client: Socket, upstream: Socket): void {
    const link: Link = { client, upstream, isSilent: false };
    this.links.add(link);
    for (const socket of [client, upstream]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        this.links.delete(link);
        // A silent connection is not closed at its other end.
        if (!link.isSilent) for (const end of [client, upstream]) end.destroy();
      });
    }
    client.on("data", (data) => {
      this.sent.push(data);
      const { refuses } = this;
      if (refuses && refuses.times > 0 && data.includes(refuses.command)) {
        refuses.times--;
        return client.write(errorPacket(refuses.errorNumber));
      }
      if (!link.isSilent) upstream.write(data);
      if (this.silencesAnswersTo && data.includes(this.silencesAnswersTo)) link.isSilent = true;
    });
    upstream.on("data", async (data) => {
      if (this.latencyMs > 0) await delay(this.latencyMs);
      if (!link.isSilent) client.write(data);
    });
  }
}

/** ERR_Packet of the client/server protocol, as the first answer to a command. */
function errorPacket(errorNumber: number): Buffer {
  const payload = Buffer.concat([Buffer.from([0xff, errorNumber & 0xff, errorNumber >> 8]), Buffer.from("#HY000refused by the relay")]);
  return Buffer.concat([Buffer.from([payload.length, 0, 0, 1]), payload]);
}
