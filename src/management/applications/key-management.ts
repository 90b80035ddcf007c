import type { Services } from "../../app/services.js";
import type { AppKeyRotation, Application, KeyRevocation, SecretKeyRotation } from "../../domain/applications/index.js";
import type { AuditEvent } from "../../domain/audit/index.js";
import type { RotationPlan, SigningKeyState } from "../../domain/jwt/index.js";
import { inApplication, type RequestContext } from "../../domain/request-context.js";

type Dependencies = Pick<Services, "applicationKeys" | "signingKeys" | "signingKeyRotations" | "audit" | "database">;
interface Reason {
  readonly reason?: string;
}
export type SigningKeyRotationOutcome =
  | { readonly kind: "rotated"; readonly kid: string; readonly previousPublishedUntil: Date }
  | { readonly kind: "confirmation-required"; readonly consequences: RotationPlan["consequences"] };

/** Rotates and revokes the keys of applications. Every change is audited in its transaction. */
export class KeyManagement {
  constructor(private readonly dependencies: Dependencies) {}

  async rotateAppKey(context: RequestContext, applicationId: string): Promise<AppKeyRotation> {
    return await this.dependencies.database.transaction(async () => {
      const outcome = await this.dependencies.applicationKeys.rotateAppKey(applicationId);
      if (outcome.kind === "rotated") await this.record(context, applicationId, "APP_KEY_ROTATED", outcome.key.id);
      return outcome;
    });
  }

  async revokeAppKey(context: RequestContext, applicationId: string, keyId: string, reason: Reason = {}): Promise<KeyRevocation> {
    return await this.dependencies.database.transaction(async () => {
      const outcome = await this.dependencies.applicationKeys.revokeAppKey(applicationId, keyId);
      if (outcome === "revoked") await this.record(context, applicationId, "APP_KEY_REVOKED", keyId, reason);
      return outcome;
    });
  }

  async rotateSecretKey(context: RequestContext, applicationId: string, overlapHours?: number): Promise<SecretKeyRotation> {
    return await this.dependencies.database.transaction(async () => {
      const outcome = await this.dependencies.applicationKeys.rotateSecretKey(applicationId, overlapHours);
      if (outcome.kind === "rotated") await this.record(context, applicationId, "SECRET_KEY_ROTATED", outcome.key.id);
      return outcome;
    });
  }

  async revokeSecretKey(
    context: RequestContext,
    applicationId: string,
    keyId: string,
    reason: Reason = {},
  ): Promise<Exclude<KeyRevocation, "current">> {
    return await this.dependencies.database.transaction(async () => {
      const outcome = await this.dependencies.applicationKeys.revokeSecretKey(applicationId, keyId);
      if (outcome === "revoked") await this.record(context, applicationId, "SECRET_KEY_REVOKED", keyId, reason);
      return outcome;
    });
  }

  /** Without `isConfirmed` refuses a rotation that manually configured verifiers would notice. @throws RotationNotAllowedError */
  async rotateSigningKey(context: RequestContext, application: Application, isConfirmed: boolean): Promise<SigningKeyRotationOutcome> {
    const { signingKeys, signingKeyRotations, audit, database } = this.dependencies;
    const { needsConfirmation, consequences, previousPublishedUntil } = await signingKeyRotations.plan(application);
    if (needsConfirmation && !isConfirmed) return { kind: "confirmation-required", consequences };
    return await database.transaction(async () => {
      const kid = await signingKeys.rotate(application.id);
      await audit.success(inApplication(context, application), "SIGNING_KEY_ROTATED", { kid });
      return { kind: "rotated", kid, previousPublishedUntil };
    });
  }

  /** Returns the state the key had. @throws RotationNotAllowedError when it is not published */
  async revokeSigningKey(context: RequestContext, applicationId: string, kid: string, reason: Reason = {}): Promise<SigningKeyState> {
    const { signingKeys, audit, database } = this.dependencies;
    return await database.transaction(async () => {
      const state = await signingKeys.revoke(applicationId, kid);
      await audit.success(inApplication(context, { id: applicationId }), "SIGNING_KEY_REVOKED", { kid, state, ...reason });
      return state;
    });
  }

  private async record(context: RequestContext, id: string, event: AuditEvent, keyId: string, reason: Reason = {}): Promise<void> {
    await this.dependencies.audit.success(inApplication(context, { id }), event, { keyId, ...reason });
  }
}
