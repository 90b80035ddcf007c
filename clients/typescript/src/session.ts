import { LatchkeyError } from "./errors.js";
import { issueJwtOperation, type Operation, type RefreshSessionResult, refreshSessionOperation } from "./operations.generated.js";
import type { SessionStore } from "./stores.js";
import type { Transport } from "./transport.js";
import type { TokensFragment } from "./types.generated.js";

/** What survives a restart. Instants are milliseconds of this device's clock. */
interface StoredState {
  readonly session?: { readonly refreshToken: string; readonly sessionToken: string; readonly expiresAt: number } | undefined;
  /** Proves at the next log-in that this device was here before. */
  readonly deviceToken?: string | undefined;
  readonly signUpTicket?: string | undefined;
  readonly resetTicket?: string | undefined;
}

/** A token with less than this left is renewed before it is used. */
const EXPIRY_MARGIN_MS = 30_000;
/**
 * For a while the gateway answers a repeated refresh alike; later it takes the token for stolen. With these every repetition is sent
 * within five seconds, the shortest grace an application can set; the last one waits as long for its answer as any request.
 */
const LAST_ATTEMPT_AFTER_MS = 2_500;
const REFRESH_TIMEOUT_MS = 2_000;
const RETRY_DELAY_MS = 250;
/** The gateway may have exchanged the token without the answer arriving. */
const lostResponseCodes = new Set(["NETWORK", "UNAVAILABLE", "INTERNAL_SERVER_ERROR"]);

/** Who is logged in on this device: keeps the tokens, and renews them in time, once for however many callers. */
export class Session {
  private loading: Promise<StoredState> | undefined;
  private saving: Promise<void> = Promise.resolve();
  private refreshing: Promise<RefreshSessionResult | null> | undefined;
  private issuing: Promise<string> | undefined;
  /** Counts log-ins and log-outs on this device. */
  private generation = 0;
  private issued: { readonly jwt: string; readonly expiresAt: number } | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly store: SessionStore,
    private readonly now: () => number,
    private readonly onEnded: () => void,
  ) {}

  /** What this device knows. */
  async state(): Promise<StoredState> {
    this.loading ??= this.read();
    const { loading } = this;
    return await loading.catch((error: unknown) => {
      // A store that was locked may be open the next time.
      if (this.loading === loading) this.loading = undefined;
      throw error;
    });
  }

  /** Remembers more; what is undefined is forgotten. */
  async update(change: StoredState): Promise<void> {
    const known = this.loading ?? Promise.resolve({});
    const reloaded = this.reload().catch(() => known.catch(() => ({})));
    const changed = reloaded.then((state: StoredState) => ({ ...state, ...change }));
    this.loading = changed;
    this.saving = changed.then((state) => this.write(state));
    await this.saving;
  }

  /** Sends what only a user may ask for; without a session with the `spare` token. @throws LatchkeyError */
  async send<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, fallbackToken?: string): Promise<Data> {
    const token = await this.token();
    try {
      return await this.transport.send(operation, variables, token ?? fallbackToken);
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
    const expiresAt = Date.parse(sessionTokenExpiresAt) + this.clockOffsetMs(jwt);
    this.forgetJwt();
    this.issued = { jwt, expiresAt: Date.parse(jwtExpiresAt) + this.clockOffsetMs(jwt) };
    await this.update({ session: { refreshToken, sessionToken, expiresAt }, ...(deviceToken ? { deviceToken } : {}) });
  }

  /** Forgets the session and returns its token. A refresh under way does not bring it back. */
  async close(): Promise<string | undefined> {
    const { session } = await this.state();
    this.generation++;
    this.forgetJwt();
    await this.update({ session: undefined });
    return session?.sessionToken;
  }

  /** The session token, renewed when it is about to expire; undefined when nobody is logged in. */
  private async token(): Promise<string | undefined> {
    const { session } = await this.state();
    if (!session || this.isFresh(session)) return session?.sessionToken;
    await this.renew(session.sessionToken);
    return (await this.state()).session?.sessionToken;
  }

  /** Replaces a session token that is worth nothing (soon), unless somebody else has done so. @throws LatchkeyError RATE_LIMITED */
  private async renew(expiredToken: string): Promise<void> {
    const { session } = await this.state();
    const answer = session?.sessionToken === expiredToken ? await this.refresh() : null;
    if (answer?.__typename !== "TooManyAttempts") return;
    throw new LatchkeyError("RATE_LIMITED", answer.message, { retryAfterSeconds: answer.retryAfterSeconds });
  }

  private async exchange(): Promise<RefreshSessionResult | null> {
    const { generation } = this;
    const before = (await this.state()).session;
    const { session } = await this.reload();
    const isChangedElsewhere = session?.refreshToken !== before?.refreshToken;
    if (isChangedElsewhere) this.forgetJwt();
    if (before && !session && generation === this.generation) this.onEnded();
    if (!session || (isChangedElsewhere && this.isFresh(session))) return null;
    const answer = await this.refreshWithRetries(session.refreshToken);
    // Whoever has logged in or out meanwhile has the last word.
    if ((await this.state()).session?.refreshToken !== session.refreshToken) return answer;
    if (answer.__typename === "LoggedIn") await this.open(answer);
    if (answer.__typename === "SessionEnded") {
      this.forgetJwt();
      await this.update({ session: undefined });
      this.onEnded();
    }
    return answer;
  }

  /** Asks again with the same token while the gateway answers a repetition alike: an answer that was lost arrives after all. */
  private async refreshWithRetries(refreshToken: string): Promise<RefreshSessionResult> {
    const variables = { input: { refreshToken } };
    const startedAt = this.now();
    for (;;) {
      const isLast = this.now() - startedAt >= LAST_ATTEMPT_AFTER_MS;
      try {
        const timeoutMs = isLast ? undefined : REFRESH_TIMEOUT_MS;
        return (await this.transport.send(refreshSessionOperation, variables, undefined, timeoutMs)).refreshSession;
      } catch (error) {
        if (isLast || !(error instanceof LatchkeyError) || !lostResponseCodes.has(error.code)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      }
    }
  }

  /** A JWT asked for before somebody else logged in, or before the metadata changed, is not kept. */
  private issue(): Promise<string> {
    const issuing: Promise<string> = this.send(issueJwtOperation, { input: {} })
      .then(({ issueJwt: { jwt, expiresAt } }) => {
        if (this.issuing === issuing) this.issued = { jwt, expiresAt: Date.parse(expiresAt) + this.clockOffsetMs(jwt) };
        return jwt;
      })
      .finally(() => {
        if (this.issuing === issuing) this.issuing = undefined;
      });
    return issuing;
  }

  /** How far this device's clock is ahead of the gateway's: clocks of devices are often wrong, lifetimes are not. */
  private clockOffsetMs(jwt: string): number {
    return this.now() - issuedAtMs(jwt, this.now());
  }

  /** What the store holds now: other tabs write it, too. What could not be written is newer. */
  private async reload(): Promise<StoredState> {
    const known = this.loading;
    this.loading = this.saving.then(
      () => this.read(),
      () => known ?? this.read(),
    );
    return await this.state();
  }

  private async read(): Promise<StoredState> {
    try {
      return (JSON.parse((await this.store.get()) ?? "{}") ?? {}) as StoredState;
    } catch (error) {
      if (error instanceof SyntaxError) return {};
      throw error;
    }
  }

  private async write(state: StoredState): Promise<void> {
    const text = JSON.stringify(state);
    await (text === "{}" ? this.store.delete() : this.store.set(text));
  }

  private isFresh(token: { readonly expiresAt: number } | undefined): boolean {
    return token !== undefined && token.expiresAt - this.now() > EXPIRY_MARGIN_MS;
  }
}

/** When a JWT was issued by the gateway's clock: devices' clocks are often wrong, lifetimes are not. */
function issuedAtMs(jwt: string, fallbackMs: number): number {
  try {
    const claims = JSON.parse(atob((jwt.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as { iat: number };
    return claims.iat * 1000;
  } catch {
    return fallbackMs;
  }
}
