import type { Nouns } from "../../app/services.js";
import { isFull } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import type { MatchedInvitation } from "../../domain/invitations/index.js";
import { codeAttempts } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { Entry } from "../../domain/sessions/index.js";
import { acceptPartOfMetadata, canonicalEmail, completeMetadata, type Email, type Metadata } from "../../domain/users/index.js";
import { randomId } from "../../platform/crypto/index.js";
import { isUniqueViolation } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

export interface AcceptanceCommand {
  readonly handle: string;
  readonly code: string;
  readonly password: string;
  readonly metadata: Metadata;
  readonly locale: string | null;
}

/** Somebody who was asked to join does. */
export class InvitationAcceptanceService {
  constructor(private readonly nouns: Nouns) {}

  /** Everything that can be judged without the code is judged first. Exactly one of several requests with one code succeeds. */
  async accept(application: Application, command: AcceptanceCommand, origin: RequestOrigin): Promise<Entry | Failure> {
    const { settings } = application;
    if (!settings.invitation.enabled || (await isFull(this.nouns, application))) return failure("INVITATIONS_CLOSED");
    const email = canonicalEmail(command.handle);
    const violations = passwordViolations(command.password, settings.password, { applicationName: settings.general.name, email });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["password"], violations });
    const given = acceptPartOfMetadata(settings.metadata.fields, command.metadata, "USER");
    if (given.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: given.fields });
    if (!email || !/^[0-9]{8,10}$/.test(command.code)) return failure("INVALID_CODE");
    return await this.nouns.throttle.guard<Entry | Failure>(
      codeAttempts({ applicationId: application.id, purpose: "INVITATION", handle: email }, null, origin),
      origin,
      () => this.check(application, email, { ...command, metadata: given.metadata }, origin),
      (outcome) => outcome.kind !== "failure" || outcome.code !== "INVALID_CODE",
    );
  }

  private async check(application: Application, email: Email, command: AcceptanceCommand, origin: RequestOrigin): Promise<Entry | Failure> {
    const { invitations, challenges, hasher, admission, audit } = this.nouns;
    const matched = await invitations.match(application, email, command.code);
    const refused = async () => {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", origin });
      return failure("INVALID_CODE");
    };
    if (!matched) return await refused();
    // What the inviter gave stands; what is still missing is asked for, and the code is not used up.
    const complete = completeMetadata(application.settings.metadata.fields, command.metadata, matched.invitation.metadata);
    if (complete.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: complete.fields });
    if (!this.nouns.jwtIssuer.fits(application, email, complete.metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    const admitted = await challenges.spend(matched.match, async () => {
      const password = await hasher.hash(command.password);
      const locale = command.locale ?? matched.invitation.locale;
      return await this.join(
        application,
        matched,
        { email, emailAsTyped: command.handle, password, metadata: complete.metadata, locale },
        origin,
      );
    });
    if (!admitted) return await refused();
    return await admission.answer(application, admitted);
  }

  /** Null when the code was used or the address taken meanwhile. */
  private async join(
    application: Application,
    matched: MatchedInvitation,
    person: Omit<Parameters<Nouns["users"]["insert"]>[0], "applicationId" | "id" | "createdAt">,
    origin: RequestOrigin,
  ) {
    const { database, invitations, users, pendingSignUps, admission, audit, clock } = this.nouns;
    const applicationId = application.id;
    const invitedById = matched.invitation.inviterId;
    try {
      return await database.transaction(async () => {
        if (!(await invitations.consume(matched))) return null;
        const user = await users.insert({ ...person, applicationId, id: randomId(), createdAt: clock.now(), invitedById });
        await pendingSignUps.deleteOfHandle(applicationId, person.email);
        const details = { id: matched.invitation.id };
        await audit.record({ applicationId, event: "INVITATION_ACCEPTED", outcome: "SUCCESS", actor: user.id, origin, details });
        return await admission.admit(application, user, ["pwd"], origin);
      });
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }
}
