import type { Services } from "../../app/services.js";
import { acceptMetadata, findMetadataFailure, isUserLimitReached, type NewUserServices } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import type { VerifiedInvitation } from "../../domain/invitations/index.js";
import { canonicalCode } from "../../domain/one-time-codes/index.js";
import { codeKeys } from "../../domain/rate-limiting/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type Metadata, type NewUser } from "../../domain/users/index.js";
import { randomId } from "../../platform/crypto/index.js";
import { nullOnUniqueViolation, type Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

export interface AcceptanceCommand {
  readonly handle: string;
  readonly code: string;
  readonly password: string;
  readonly metadata: Metadata;
  readonly locale: string | null;
}

type Dependencies = Pick<Services, "rateLimiter" | "challenges" | "hasher" | "signIn" | "database" | "jwtIssuer"> & NewUserServices;

/** Acceptance of an invitation, which creates the user and logs in. */
export class InvitationAcceptanceService {
  constructor(private readonly services: Dependencies) {}

  /**
   * Input is validated before the code is verified, so that invalid input costs no attempt. Exactly one of several concurrent requests with
   * one code succeeds.
   */
  async accept(context: ApplicationContext, command: AcceptanceCommand): Promise<SignInResult | Failure> {
    const { settings } = context.application;
    if (!settings.invitation.enabled || (await isUserLimitReached(this.services, context.application)))
      return failure("INVITATIONS_CLOSED");
    const email = canonicalEmail(command.handle);
    const violations = passwordViolations(command.password, settings.password, { applicationName: settings.general.name, email });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["password"], violations });
    const metadataFailure = findMetadataFailure(context, command.metadata);
    if (metadataFailure) return metadataFailure;
    const code = canonicalCode(command.code);
    if (!email || code === null) return failure("INVALID_CODE");
    return await this.services.rateLimiter.limited<SignInResult | Failure>(
      context,
      codeKeys({ applicationId: context.application.id, purpose: "INVITATION", binding: email }, null, context.client),
      () => this.check(context, email, { ...command, code }),
      (outcome) => outcome.kind !== "failure" || outcome.code !== "INVALID_CODE",
    );
  }

  private async check(context: ApplicationContext, email: Email, command: AcceptanceCommand): Promise<SignInResult | Failure> {
    const { invitations, challenges, hasher, signIn, audit } = this.services;
    const verified = await invitations.verify(context.application, email, command.code);
    const reject = async () => {
      await audit.failure(context, "CODE_REFUSED");
      return failure("INVALID_CODE");
    };
    if (!verified) return await reject();
    // Values given by the inviter cannot be overridden. If a required field is missing, the code is not consumed.
    const change = { kind: "merge", given: command.metadata, invitationMetadata: verified.invitation.metadata } as const;
    const accepted = acceptMetadata(this.services, context, email, change);
    if (accepted.kind === "failure") return accepted;
    const decision = await challenges.refundAttemptOnError(verified.challenge, async () => {
      const password = await hasher.hash(command.password);
      const locale = command.locale ?? verified.invitation.locale;
      return await this.createUser(context, verified, {
        email,
        emailAsTyped: command.handle,
        password,
        metadata: accepted.metadata,
        locale,
      });
    });
    if (!decision) return await reject();
    return await signIn.toResult(context.application, decision);
  }

  /** Null if the code was consumed or the address was taken concurrently. */
  private async createUser(
    context: ApplicationContext,
    verified: VerifiedInvitation,
    userData: Omit<NewUser, "applicationId" | "id" | "createdAt">,
  ) {
    const { database, invitations, users, pendingSignUps, signIn, audit, clock } = this.services;
    const applicationId = context.application.id;
    const invitedById = verified.invitation.inviterId;
    const createAndSignIn = async (tx: Transaction) => {
      if (!(await invitations.consume(tx, verified))) return null;
      const user = await users.insert(tx, { ...userData, applicationId, id: randomId(), createdAt: clock.now(), invitedById });
      await pendingSignUps.deleteByHandle(tx, applicationId, userData.email);
      await audit.success(actingAsUser(context, user), "INVITATION_ACCEPTED", { id: verified.invitation.id });
      return await signIn.complete(context, tx, user, ["pwd"]);
    };
    return await database.transaction(createAndSignIn).catch(nullOnUniqueViolation);
  }
}
