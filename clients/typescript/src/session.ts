import { LatchkeyError } from "./errors.js";
import { issueJwtOperation, type Operation, type RefreshSessionResult, refreshSessionOperation } from "./operations.generated.js";
import type { SessionStore } from "./stores.js";
import type { Transport } from "./transport.js";
import type { TokensFragment } from "./types.generated.js";

/** State kept in the store. Times are milliseconds of this device's clock. */
interface StoredState {
  readonly session?: { readonly refreshToken: string; readonly sessionToken: string; readonly expiresAt: number } | undefined;
  /** Marks this device as recognised at the next log-in. */
  readonly deviceToken?: string | undefined;
  readonly signUpTicket?: string | undefined;
  readonly resetTicket?: string | undefined;
}

/** Tokens with a shorter remaining lifetime are refreshed before use. */
const EXPIRY_MARGIN_MS = 30_000;
/**
 * Within its grace period the gateway returns the same tokens for a repeated refresh; later it replaces them, if none was used. These values
 * keep every repetition within five seconds, the shortest grace period of an application; the last one has the timeout of any request.
 */
const LAST_ATTEMPT_AFTER_MS = 2_500;
const REFRESH_TIMEOUT_MS = 2_000;
const RETRY_DELAY_MS = 250;
/** Errors after which the gateway may have exchanged the token although the response was lost. */
const lostResponseCodes = new Set(["NETWORK", "UNAVAILABLE", "INTERNAL_SERVER_ERROR"]);

/** The session on this device: stores the tokens and refreshes them before they expire, with one request for all concurrent callers. */
export class Session {
  private loading: Promise<StoredState> | undefined;
  private saving: Promise<void> = Promise.resolve();
  private refreshing: Promise<RefreshSessionResult | null> | undefined;
  private issuing: Promise<string> | undefined;
  /** Incremented by every log-out on this device. */
  private generation = 0;
  private issued: { readonly jwt: string; readonly expiresAt: number } | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly store: SessionStore,
    private readonly now: () => number,
    private readonly onEnded: () => void,
  ) {}

  /** The stored state of this device. */
  async state(): Promise<StoredState> {
    this.loading ??= this.read();
    const { loading } = this;
    return await loading.catch((error: unknown) => {
      // The store may be temporarily locked: read it again the next time.
      if (this.loading === loading) this.loading = undefined;
      throw error;
    });
  }

  /** Merges the change into the stored state; undefined values remove members. */
  async update(change: StoredState): Promise<void> {
    const known = this.loading ?? Promise.resolve({});
    const reloaded = this.reload().catch(() => known.catch(() => ({})));
    const changed = reloaded.then((state: StoredState) => ({ ...state, ...change }));
    this.loading = changed;
    this.saving = changed.then((state) => this.write(state));
    await this.saving;
  }

  /** Sends an operation with the session token, or without a session with `fallbackToken`. @throws LatchkeyError */
  async send<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables, fallbackToken?: string): Promise<Data> {
    const token = await this.token();
    try {
      return await this.transport.send(operation, variables, token ?? fallbackToken);
    } catch (error) {
      if (!token || !(error instanceof LatchkeyError) || error.code !== "UNAUTHENTICATED") throw error;
      // Rejected before execution: the clocks differ, or the session has ended.
      await this.renew(token);
      const renewed = await this.token();
      if (!renewed || renewed === token) throw error;
      return await this.transport.send(operation, variables, renewed);
    }
  }

  /** Exchanges the refresh token; concurrent callers share one request. Returns null without a session or when another tab has refreshed it. */
  async refresh(): Promise<RefreshSessionResult | null> {
    this.refreshing ??= this.exchange().finally(() => {
      this.refreshing = undefined;
    });
    return await this.refreshing;
  }

  /** Returns a JWT that is valid for at least 30 seconds. @throws LatchkeyError UNAUTHENTICATED without a session */
  async jwt(): Promise<string> {
    if (!this.isFresh(this.issued)) await this.token();
    if (this.issued && this.isFresh(this.issued)) return this.issued.jwt;
    this.issuing ??= this.issue();
    return await this.issuing;
  }

  /** Discards the JWT because its claims may have changed. */
  forgetJwt(): void {
    this.issued = undefined;
    this.issuing = undefined;
  }

  /** Stores the tokens of a log-in or a refresh. */
  async open({ refreshToken, sessionToken, sessionTokenExpiresAt, jwt, jwtExpiresAt, deviceToken }: TokensFragment): Promise<void> {
    const expiresAt = Date.parse(sessionTokenExpiresAt) + this.clockOffsetMs(jwt);
    this.forgetJwt();
    this.issued = { jwt, expiresAt: Date.parse(jwtExpiresAt) + this.clockOffsetMs(jwt) };
    await this.update({ session: { refreshToken, sessionToken, expiresAt }, ...(deviceToken ? { deviceToken } : {}) });
  }

  /** Removes the session and returns its token. A refresh in progress does not restore it. */
  async close(): Promise<string | undefined> {
    const { session } = await this.state();
    this.generation++;
    this.forgetJwt();
    await this.update({ session: undefined });
    return session?.sessionToken;
  }

  /** Returns the session token, refreshed if it is about to expire; undefined without a session. */
  private async token(): Promise<string | undefined> {
    const { session } = await this.state();
    if (!session || this.isFresh(session)) return session?.sessionToken;
    await this.renew(session.sessionToken);
    return (await this.state()).session?.sessionToken;
  }

  /** Refreshes the session if its token is still the given one. @throws LatchkeyError RATE_LIMITED */
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
    // A log-in or log-out in the meantime takes precedence.
    if ((await this.state()).session?.refreshToken !== session.refreshToken) return answer;
    if (answer.__typename === "LoggedIn") await this.open(answer);
    if (answer.__typename === "SessionEnded") {
      this.forgetJwt();
      await this.update({ session: undefined });
      this.onEnded();
    }
    return answer;
  }

  /** Repeats a refresh whose response was lost, within the gateway's grace period. */
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

  /** Issues a JWT. It is not kept if a log-in or a change of the user happened in the meantime. */
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

  /** Offset of this device's clock from the gateway's. Expiry times are corrected by it, because clocks of devices are often wrong. */
  private clockOffsetMs(jwt: string): number {
    return this.now() - issuedAtMs(jwt, this.now());
  }

  /** Reads the store again, because other tabs write it too. If the last write failed, the state in memory is newer and is kept. */
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

/** Time at which the gateway issued a JWT, from its `iat` claim. */
function issuedAtMs(jwt: string, fallbackMs: number): number {
  try {
    const claims = JSON.parse(atob((jwt.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as { iat: number };
    return claims.iat * 1000;
  } catch {
    return fallbackMs;
  }
}
