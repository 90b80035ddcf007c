import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { sendRequests } from "./load-generator.js";
import { root, runToEnd, ServerProcess } from "./processes.js";
import { Requests } from "./requests.js";

/** The minimum allowed in production, and the default of the compared products. */
export const COST = 10;
const entry = join(root, "dist/src/main.js");

export interface Person {
  readonly email: string;
  readonly sessionToken: string;
  refreshToken: string;
}

/** The gateway's environment: its own database on the given server, a mail server, and an application with users. */
export class BenchmarkEnvironment {
  /** Key of the application that users log in to. */
  appKey = "";
  applicationId = "";
  signUpAppKey = "";
  readonly people: Person[] = [];

  private constructor(
    readonly database: string,
    private readonly serverUrl: URL,
    private readonly folder: string,
    private readonly mailServer: Server,
    private readonly variables: Record<string, string>,
  ) {}

  static async create(server: string): Promise<BenchmarkEnvironment> {
    const serverUrl = new URL(server);
    const name = `latchkey_bench_${randomBytes(4).toString("hex")}`;
    await query(serverUrl, `CREATE DATABASE \`${name}\``);
    const mailServer = await startMailServer();
    const url = new URL(server);
    url.pathname = `/${name}`;
    const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
    const { port } = mailServer.address() as { port: number };
    return new BenchmarkEnvironment(name, serverUrl, folder, mailServer, {
      DATABASE_URL: url.href,
      MASTER_KEYS: `k1:${randomBytes(32).toString("base64")}`,
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      DATA_DIR: folder,
      TRUST_PROXY: "127.0.0.0/8",
      DEMO: "0",
    });
  }

  /** Starts the gateway as in production. `main` is the entry of another copy of the build. */
  async start(main = entry): Promise<ServerProcess> {
    const production = { GATEWAY_MODE: "production", PUBLIC_URL: "https://auth.example.com", BCRYPT_COST: String(COST) };
    return await ServerProcess.start([main], this.folder, { ...this.variables, ...production }, "/health/ready");
  }

  /** Creates the applications and signs up `count` users, through a gateway with a low hashing cost. */
  async populate(count: number): Promise<void> {
    const fastHashing = { ...this.variables, BCRYPT_COST: "4" };
    const create = async (name: string, ...settings: string[]) => {
      const args = ["application", "create", "--name", name, "--json", ...settings.flatMap((setting) => ["--set", setting])];
      return JSON.parse(await runToEnd(process.execPath, [entry, ...args], this.folder, fastHashing)) as { id: string; appKey: string };
    };
    ({ id: this.applicationId, appKey: this.appKey } = await create("Bench", "signUp.flow=NONE"));
    ({ appKey: this.signUpAppKey } = await create("Bench sign-up"));
    const gateway = await ServerProcess.start([entry], this.folder, fastHashing, "/health/ready");
    const requests = new Requests(this);
    const signUp = requests.signUp(gateway.port, this.appKey);
    await sendRequests({ ...signUp, onAnswer: ({ body }) => void this.people.push(personOf(body)) }, 4, count);
    await gateway.stop();
  }

  async cleanUp(): Promise<void> {
    this.mailServer.close();
    await query(this.serverUrl, `DROP DATABASE \`${this.database}\``);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function personOf(body: string): Person {
  const { data } = JSON.parse(body) as { data: { signUp: Person & { user: { email: string } } } };
  const { sessionToken, refreshToken, user } = data.signUp;
  return { email: user.email, sessionToken, refreshToken };
}

/** Accepts and discards every mail (RFC 5321) with minimal work, so that it does not distort the measurement. */
async function startMailServer(): Promise<Server> {
  const server = createServer((socket) => {
    let isMail = false;
    let received = "";
    socket
      .setNoDelay(true)
      .unref()
      .on("error", () => socket.destroy());
    socket.write("220 bench\r\n");
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (isMail && !received.endsWith("\r\n.\r\n")) return;
      if (!received.endsWith("\r\n")) return;
      const command = isMail ? "." : received.slice(0, 4).toUpperCase();
      isMail = command === "DATA";
      received = "";
      socket.write(isMail ? "354 go on\r\n" : command === "QUIT" ? "221 bye\r\n" : "250 bench\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function query(url: URL, sql: string): Promise<void> {
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  const connection = await createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: user ?? "",
    password: password ?? "",
  });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
