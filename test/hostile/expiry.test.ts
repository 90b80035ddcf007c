import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { SecondFactorRepository } from "../../src/domain/authenticators/second-factor/second-factor.repository.js";
import { InvitationRepository } from "../../src/domain/invitations/index.js";
import {
  type ChallengePurpose,
  ChallengeRepository,
  type ChallengeTicketEntity,
  ChallengeTicketRepository,
} from "../../src/domain/one-time-codes/index.js";
import type { Email } from "../../src/domain/users/index.js";
import { addSeconds } from "../../src/platform/clock.js";
import type { Transaction } from "../../src/platform/database/index.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  AcceptInvitationDocument,
  CompleteLogInDocument,
  CompleteSignUpDocument,
  ConfirmTotpDocument,
  DeleteAccountDocument,
  EnrollTotpDocument,
  InviteDocument,
  MeDocument,
  RefreshSessionDocument,
} from "../support/generated/authentication.js";
import { outcomeOf } from "../support/hostile-fixture.js";
import { beginSignUp, logIn, PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";
import { signUpWithTotp, totpAt } from "../support/second-factor.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication("Blue Heron", "secondFactor.mode=TOTP", "session.idleDays=30");
});

/** Runs `work` while the clock stands this number of milliseconds after (negative: before) an instant. */
const runAt = async <T>(instant: Date, milliseconds: number, work: () => Promise<T>): Promise<T> =>
  await gateway.clock.whileFrozen(async () => {
    gateway.clock.moveTo(new Date(instant.getTime() + milliseconds));
    return await work();
  });
const instantOf = async (column: string, table: string, key: string, value: string) => {
  const [row] = await gateway.query<Record<string, string | Date>>(`SELECT ${column} AS instant FROM ${table} WHERE ${key} = ?`, [value]);
  const instant = row?.["instant"] ?? "";
  return instant instanceof Date ? instant : new Date(`${instant.replace(" ", "T")}Z`);
};

describe("statements with an expiry", () => {
  type Attempt = (tx: Transaction, now: Date) => Promise<unknown>;
  const issue = async (purpose: ChallengePurpose | "LOG_IN") => {
    const { challenges, tokenChallenges, database } = gateway.services;
    const [applicationId, binding] = [randomUUID(), randomUUID()];
    const repository = new ChallengeRepository(database);
    if (purpose === "LOG_IN") {
      const detail = { credentialFingerprint: "", sessionId: null, amr: [] };
      const { token, expiresAt } = await database.transaction((tx) =>
        tokenChallenges.issue(tx, { applicationId, purpose, userId: binding }, detail, 60),
      );
      const found = await tokenChallenges.find(applicationId, purpose, token);
      if (!found) throw new Error("The challenge was not found");
      return { ...found, applicationId, binding, repository, expiresAt, linkExpiresAt: expiresAt, generation: "", link: token };
    }
    const subject = { applicationId, purpose, binding };
    const options = { digits: 6, ttlSeconds: 60, linkTtlSeconds: 120, isDeliverable: true };
    const issued = await database.transaction((tx) => challenges.issue(tx, subject, options));
    const verified = await challenges.verify(subject, issued.code ?? "", null);
    if (!verified) throw new Error("The code was not verified");
    return { ...verified, ...subject, ...issued, repository, linkExpiresAt: issued.linkExpiresAt ?? issued.expiresAt, tokenHash: "" };
  };
  const cases: Record<string, () => Promise<{ expiresAt: Date; attempt: Attempt }>> = {
    "record an attempt at a code": async () => {
      const { repository, key, expiresAt } = await issue("SIGN_UP");
      return { expiresAt, attempt: (tx, now) => repository.recordCodeAttempt(tx, key, 5, now) };
    },
    "consume a code": async () => {
      const { repository, key, generation, expiresAt } = await issue("SIGN_UP");
      return { expiresAt, attempt: (tx, now) => repository.consume(tx, key, generation, "code", now) };
    },
    "consume a link": async () => {
      const { repository, key, generation, linkExpiresAt: expiresAt } = await issue("SIGN_UP");
      return { expiresAt, attempt: (tx, now) => repository.consume(tx, key, generation, "link", now) };
    },
    "consume the challenge of a token": async () => {
      const { repository, key, tokenHash, expiresAt } = await issue("LOG_IN");
      return { expiresAt, attempt: (tx, now) => repository.consumeToken(tx, key, tokenHash, now) };
    },
    "record an attempt with a ticket": async () => {
      const { database, clock } = gateway.services;
      const repository = new ChallengeTicketRepository(database);
      const expiresAt = addSeconds(clock.now(), 60);
      const key = { applicationId: randomUUID(), purpose: "SIGN_UP", bindingHash: "binding" };
      const row: ChallengeTicketEntity = { ...key, slot: 0, ticketHash: "hash", attempts: 0, createdAt: clock.now(), expiresAt };
      await database.transaction((tx) => repository.insert(tx, row));
      return { expiresAt, attempt: (tx, now) => repository.recordTicketAttempt(tx, row, 5, now) };
    },
    "record an attempt at an enrollment": async () => {
      const { database, secondFactors } = gateway.services;
      const repository = new SecondFactorRepository(database);
      const user = { applicationId: randomUUID(), id: randomUUID() };
      const { expiresAt } = await database.transaction((tx) => secondFactors.enrollTotp(tx, user));
      const row = await repository.find(user, "TOTP", "PENDING");
      if (!row) throw new Error("The enrollment was not found");
      return { expiresAt, attempt: (tx, now) => repository.recordEnrollmentAttempt(tx, row, 5, now) };
    },
    "list invitations of an address": async () => {
      const { database, clock } = gateway.services;
      const repository = new InvitationRepository(database);
      const [applicationId, email, now] = [randomUUID(), uniqueEmail() as Email, clock.now()];
      const expiresAt = addSeconds(now, 60);
      const content = { inviterId: null, status: "PENDING", pendingKey: "key", metadata: {}, locale: "en", createdAt: now, sentAt: now };
      await database.transaction((tx) => repository.insert(tx, { applicationId, id: randomUUID(), email, ...content, expiresAt }));
      return { expiresAt, attempt: async (_, at) => (await repository.listPending(applicationId, email, at, 5)).length === 1 };
    },
  };
  it.each(
    Object.entries(cases),
  )("%s - in the millisecond of the expiry - fails; one millisecond before, it succeeds", async (_, prepare) => {
    const { expiresAt, attempt } = await prepare();
    const attemptAt = (milliseconds: number) =>
      gateway.services.database.transaction((tx) => attempt(tx, new Date(expiresAt.getTime() + milliseconds)));
    expect([await attemptAt(1), await attemptAt(0), await attemptAt(-1)]).toEqual([false, false, true]);
  });

  it.each<[string, ChallengePurpose | "LOG_IN"]>([
    ["findLive", "SIGN_UP"],
    ["verifyLink", "SIGN_UP"],
    ["tokenChallenges.find", "LOG_IN"],
  ])("%s - in the millisecond of the expiry - finds nothing; one millisecond before, it finds the challenge", async (name, purpose) => {
    const { challenges, tokenChallenges } = gateway.services;
    const { applicationId, binding, link, expiresAt, linkExpiresAt } = await issue(purpose);
    const find = async () => {
      if (purpose === "LOG_IN") return await tokenChallenges.find(applicationId, purpose, link ?? "");
      if (name === "verifyLink") return await challenges.verifyLink(applicationId, link ?? "");
      return await challenges.findLive({ applicationId, purpose, binding });
    };
    const end = name === "verifyLink" ? linkExpiresAt : expiresAt;
    expect(await runAt(end, -1, find)).not.toBeNull();
    expect(await runAt(end, 0, find)).toBeNull();
  });
});

describe("operations at the expiry", () => {
  /** Outcomes of the operation at the expiry, and one millisecond before it, each prepared anew. */
  const outcomesOf = async (prepare: () => Promise<{ expiresAt: Date; attempt: () => Promise<string> }>) => {
    const outcomes: string[] = [];
    for (const milliseconds of [0, -1]) {
      const { expiresAt, attempt } = await prepare();
      outcomes.push(await runAt(expiresAt, milliseconds, attempt));
    }
    return outcomes;
  };

  it.each([true, false])("complete sign up - code, with its ticket: %s - is rejected", async (isHeld) => {
    const prepare = async () => {
      const email = uniqueEmail();
      const ticket = await beginSignUp(application.client, email);
      const input = { handle: { email }, code: await gateway.mails.nextCode(email), ticket: isHeld ? ticket : null };
      const [row] = await gateway.query<{ binding_hash: string }>(
        "SELECT binding_hash FROM challenges WHERE application_id = ? AND purpose = 'SIGN_UP' AND consumed_at IS NULL ORDER BY issued_at DESC",
        [application.id],
      );
      return {
        expiresAt: await instantOf("expires_at", "challenges", "binding_hash", row?.binding_hash ?? ""),
        attempt: async () => outcomeOf(await application.client.run(CompleteSignUpDocument, { input })),
      };
    };
    expect(await outcomesOf(prepare)).toEqual(["INVALID_CODE", "LoggedIn"]);
  });

  it("accept invitation - invitation and code - is rejected", async () => {
    const host = await signUpPerson(gateway, application);
    const email = uniqueEmail("guest");
    const { invite } = await host.client.expect(InviteDocument, { input: { handle: { email } } });
    if (invite.__typename !== "InvitationSent") throw new Error(invite.__typename);
    const input = { handle: { email }, code: await gateway.mails.nextCode(email), password: PASSWORD };
    const accept = async () => outcomeOf(await application.client.run(AcceptInvitationDocument, { input }));
    const expiresAt = new Date(invite.invitation.expiresAt);
    expect(await runAt(expiresAt, 0, accept)).toBe("INVALID_CODE");
    expect(await runAt(expiresAt, -1, accept)).toBe("LoggedIn");
  });

  it("complete log in - challenge - is rejected", async () => {
    const prepare = async () => {
      const person = await signUpWithTotp(gateway, application);
      const begun = await logIn(application.client, person.email);
      if (begun.__typename !== "SecondFactorRequired") throw new Error(begun.__typename);
      return {
        expiresAt: new Date(begun.expiresAt),
        attempt: async () => {
          const proof = { code: totpAt(person.authenticator.secret, gateway.clock.now()) };
          const input = { challengeToken: begun.challengeToken, proof };
          return outcomeOf(await application.client.run(CompleteLogInDocument, { input }));
        },
      };
    };
    expect(await outcomesOf(prepare)).toEqual(["CHALLENGE_ENDED", "LoggedIn"]);
  });

  it("confirm TOTP - enrollment - is rejected", async () => {
    const prepare = async () => {
      const person = await signUpPerson(gateway, application);
      const { enrollTotp } = await person.client.expect(EnrollTotpDocument, {});
      if (enrollTotp.__typename !== "TotpEnrollment") throw new Error(enrollTotp.__typename);
      return {
        expiresAt: new Date(enrollTotp.expiresAt),
        attempt: async () => {
          const input = { code: totpAt(enrollTotp.secret, gateway.clock.now()) };
          return outcomeOf(await person.client.run(ConfirmTotpDocument, { input }));
        },
      };
    };
    expect(await outcomesOf(prepare)).toEqual(["INVALID_CODE", "SecondFactorEnabled"]);
  });

  it("me - session token, and the one before it - is rejected", async () => {
    for (const isParent of [false, true]) {
      const { tokens, client } = await signUpPerson(gateway, application);
      if (isParent) await application.client.expect(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } });
      const ask = async () => outcomeOf(await client.run(MeDocument, {}));
      const expiresAt = new Date(tokens.sessionTokenExpiresAt);
      expect(await runAt(expiresAt, -1, ask)).not.toBe("UNAUTHENTICATED");
      expect(await runAt(expiresAt, 0, ask)).toBe("UNAUTHENTICATED");
    }
  });

  it("refresh session - session without a refresh for the maximum time - is rejected", async () => {
    const prepare = async () => {
      const { tokens } = await signUpPerson(gateway, application);
      return {
        expiresAt: await instantOf("idle_expires_at", "sessions", "user_id", tokens.user.id),
        attempt: async () =>
          outcomeOf(await application.client.run(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })),
      };
    };
    expect(await outcomesOf(prepare)).toEqual(["SESSION_ENDED", "LoggedIn"]);
  });

  it("delete account - five minutes after the log-in - needs reauthentication", async () => {
    const prepare = async () => {
      const { tokens, client } = await signUpPerson(gateway, application);
      return {
        expiresAt: addSeconds(await instantOf("authenticated_at", "sessions", "user_id", tokens.user.id), 300),
        attempt: async () => outcomeOf(await client.run(DeleteAccountDocument, {})),
      };
    };
    expect(await outcomesOf(prepare)).toEqual(["REAUTHENTICATION_REQUIRED", "AccountDeleted"]);
  });
});
