import { LatchkeyError } from "./errors.js";
import { issueJwtOperation, type Operation, type RefreshSessionResult, refreshSessionOperation } from "./operations.generated.js";
import type { SessionStore } from "./stores.js";
import type { Transport } from "./transport.js";
import type { TokensFragment } from "./types.generated.js";

/** What survives a restart. Instants are milliseconds of this device's clock. */
interface Kept {
  readonly session?: { readonly refreshToken: string; readonly sessionToken: string; readonly expiresAt: number } | undefined;
  /** Proves at the next log-in that this device was here before. */
  readonly deviceToken?: string | undefined;
  readonly signUpTicket?: string | undefined;
  readonly resetTicket?: string | undefined;
}

/** A token with less than this left is renewed before it is used. */
const MARGIN_MS = 30_000;
/**
 * For a while the gateway answers a repeated refresh alike; later it takes the token for stolen. With these every repetition is sent
 * within five seconds, the shortest grace an application can set; the last one waits as long for its answer as any request.
 */
const LAST_TRY_AFTER_MS = 2_500;
const PATIENCE_MS = 2_000;
const PAUSE_MS = 250;
/** The gateway may have exchanged the token without the answer arriving. */
const lostAnswers = new Set(["NETWORK", "UNAVAILABLE", "INTERNAL_SERVER_ERROR"]);

/** Who is logged in on this device: keeps the tokens, and renews them in time, once for however many callers. */
export class Session {
  private loading: Promise<Kept> | undefined;
  private saving: Promise<void> = Promise.resolve();
  private refreshing: Promise<RefreshSessionResult | null> | undefined;
  private issuing: Promise<string> | undefined;
  /** Counts log-ins and log-outs on this device. */
  private turn = 0;
  private issued: { readonly jwt: string; readonly expiresAt: number } | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly store: SessionStore,
    private readonly now: () => number,
    private readonly onEnded: () => void,
  ) {}

  /** What this device knows. */
  async kept(): Promise<Kept> {
    this.loading ??= this.read();
    const { loading } = this;
    return await loading.catch((error: unknown) => {
      // A store that was locked may be open the next time.
      if (this.loading === loading) this.loading = undefined;
      throw error;
    });
  }

  /** Remembers more; what is undefined is forgotten. */
  async keep(change: Kept): Promise<void> {
    const known = this.loading ?? Promise.resolve({});
    const next = this.reload().catch(() => known.catch(() => ({})));
    const changed = next.then((kept: Kept) => ({ ...kept, ...change }));
    this.loading = changed;
    this.saving = changed.then((kept) => this.write(kept));
    await this.saving;
  }

  /** Sends what only a user may ask for; without a session with the `spare` token. @throws LatchkeyError */
  async send<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, spare?: string): Promise<Data> {
    const token = await this.token();
    try {
      return await this.transport.send(operation, variables, token ?? spare);
    } catch (error) {
      if (!token || !(error instanceof LatchkeyError) || error.code !== "UNAUTHENTICATED") throw error;
      // Refused before anything ran: the clocks differ, or the session is over.
      await this.renew(token);
      const renewed = await this.token();
      if (!renewed || renewed === token) throw error;
      return await this.transport.send(operation, variables, renewed);
    }
  }

  /** Exchanges the refresh token. However many ask at once, one request runs. Null when there is none (any more), or another tab did it. */
  async refresh(): Promise<RefreshSessionResult | null> {
    this.refreshing ??= this.exchange().finally(() => {
      this.refreshing = undefined;
    });
    return await this.refreshing;
  }

  /** A JWT with at least half a minute to live. @throws LatchkeyError UNAUTHENTICATED when nobody is logged in */
  async jwt(): Promise<string> {
    if (!this.isFresh(this.issued)) await this.token();
    if (this.issued && this.isFresh(this.issued)) return this.issued.jwt;
    this.issuing ??= this.issue();
    return await this.issuing;
  }

  /** What the JWT says may have changed: the next one is a new one. */
  forgetJwt(): void {
    this.issued = undefined;
    this.issuing = undefined;
  }

  /** Somebody has logged in, or the session goes on with new tokens. */
  async open({ refreshToken, sessionToken, sessionTokenExpiresAt, jwt, jwtExpiresAt, deviceToken }: TokensFragment): Promise<void> {
    const expiresAt = Date.parse(sessionTokenExpiresAt) + this.ahead(jwt);
    this.forgetJwt();
    this.issued = { jwt, expiresAt: Date.parse(jwtExpiresAt) + this.ahead(jwt) };
    await this.keep({ session: { refreshToken, sessionToken, expiresAt }, ...(deviceToken ? { deviceToken } : {}) });
  }

  /** Forgets the session and returns its token. A refresh under way does not bring it back. */
  async close(): Promise<string | undefined> {
    const { session } = await this.kept();
    this.turn++;
    this.forgetJwt();
    await this.keep({ session: undefined });
    return session?.sessionToken;
  }

  /** The session token, renewed when it is about to expire; undefined when nobody is logged in. */
  private async token(): Promise<string | undefined> {
    const { session } = await this.kept();
    if (!session || this.isFresh(session)) return session?.sessionToken;
    await this.renew(session.sessionToken);
    return (await this.kept()).session?.sessionToken;
  }

  /** Replaces a session token that is worth nothing (soon), unless somebody else has done so. @throws LatchkeyError RATE_LIMITED */
  private async renew(worthless: string): Promise<void> {
    const { session } = await this.kept();
    const answer = session?.sessionToken === worthless ? await this.refresh() : null;
    if (answer?.__typename !== "TooManyAttempts") return;
    throw new LatchkeyError("RATE_LIMITED", answer.message, { retryAfterSeconds: answer.retryAfterSeconds });
  }

  private async exchange(): Promise<RefreshSessionResult | null> {
    const { turn } = this;
    const before = (await this.kept()).session;
    const { session } = await this.reload();
    const isOthers = session?.refreshToken !== before?.refreshToken;
    if (isOthers) this.forgetJwt();
    if (before && !session && turn === this.turn) this.onEnded();
    if (!session || (isOthers && this.isFresh(session))) return null;
    const answer = await this.ask(session.refreshToken);
    // Whoever has logged in or out meanwhile has the last word.
    if ((await this.kept()).session?.refreshToken !== session.refreshToken) return answer;
    if (answer.__typename === "LoggedIn") await this.open(answer);
    if (answer.__typename === "SessionEnded") {
      this.forgetJwt();
      await this.keep({ session: undefined });
      this.onEnded();
    }
    return answer;
  }

  /** Asks again with the same token while the gateway answers a repetition alike: an answer that was lost arrives after all. */
  private async ask(refreshToken: string): Promise<RefreshSessionResult> {
    const variables = { input: { refreshToken } };
    const startedAt = this.now();
    for (;;) {
      const isLast = this.now() - startedAt >= LAST_TRY_AFTER_MS;
      try {
        const patienceMs = isLast ? undefined : PATIENCE_MS;
        return (await this.transport.send(refreshSessionOperation, variables, undefined, patienceMs)).refreshSession;
      } catch (error) {
        if (isLast || !(error instanceof LatchkeyError) || !lostAnswers.has(error.code)) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  /** A JWT asked for before somebody else logged in, or before the metadata changed, is not kept. */
  private issue(): Promise<string> {
    const issuing: Promise<string> = this.send(issueJwtOperation, { input: {} })
      .then(({ issueJwt: { jwt, expiresAt } }) => {
        if (this.issuing === issuing) this.issued = { jwt, expiresAt: Date.parse(expiresAt) + this.ahead(jwt) };
        return jwt;
      })
      .finally(() => {
        if (this.issuing === issuing) this.issuing = undefined;
      });
    return issuing;
  }

  /** How far this device's clock is ahead of the gateway's: clocks of devices are often wrong, lifetimes are not. */
  private ahead(jwt: string): number {
    return this.now() - issuedAt(jwt, this.now());
  }

  /** What the store holds now: other tabs write it, too. What could not be written is newer. */
  private async reload(): Promise<Kept> {
    const known = this.loading;
    this.loading = this.saving.then(
      () => this.read(),
      () => known ?? this.read(),
    );
    return await this.kept();
  }

  private async read(): Promise<Kept> {
    try {
      return (JSON.parse((await this.store.get()) ?? "{}") ?? {}) as Kept;
    } catch (error) {
      if (error instanceof SyntaxError) return {};
      throw error;
    }
  }

  private async write(kept: Kept): Promise<void> {
    const text = JSON.stringify(kept);
    await (text === "{}" ? this.store.delete() : this.store.set(text));
  }

  private isFresh(token: { readonly expiresAt: number } | undefined): boolean {
    return token !== undefined && token.expiresAt - this.now() > MARGIN_MS;
  }
}

/** When a JWT was issued by the gateway's clock: devices' clocks are often wrong, lifetimes are not. */
function issuedAt(jwt: string, otherwise: number): number {
  try {
    const claims = JSON.parse(atob((jwt.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as { iat: number };
    return claims.iat * 1000;
  } catch {
    return otherwise;
  }
}
