import { type Failure, failure } from "../../platform/errors/index.js";
import type { ApplicationContext, ApplicationSettings, MetadataFieldSettings } from "../applications/index.js";
import type { Email, Metadata } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { type MetadataChange, type MetadataValidation, validateMetadata } from "./metadata-rules.js";

type AcceptedMetadata = Extract<MetadataValidation, { kind: "accepted" }>;

/** The metadata to store for the user of an address; a failure if a field is refused or the JWT would exceed its maximum size. */
export function acceptMetadata(
  { jwtIssuer }: Pick<AccountServices, "jwtIssuer">,
  { application }: ApplicationContext,
  email: Email | null,
  change: MetadataChange,
): AcceptedMetadata | Failure {
  const validation = validateMetadata(fieldsFor(change, application.settings), change);
  if (validation.kind === "refused") return metadataRefused(validation.fields);
  if (!jwtIssuer.fitsSizeLimit(application, email, validation.metadata)) return metadataRefused([{ path: "", reason: "TOO_LARGE" }]);
  return validation;
}

/**
 * Why metadata given with an invitation code is rejected regardless of the invitation's metadata; null if it is not. Once the code is
 * verified, the two are merged and validated.
 */
export function findMetadataFailure({ application }: ApplicationContext, given: Metadata): Failure | null {
  const validation = validateMetadata(application.settings.metadata.fields, { kind: "partial", given, setBy: "USER" });
  return validation.kind === "refused" ? metadataRefused(validation.fields) : null;
}

/** Metadata of a user who gives none: the defaults, or nothing if a required field has no default. */
export function defaultMetadata({ metadata: { fields } }: ApplicationSettings): Metadata {
  const validation = validateMetadata(fields, { kind: "complete", given: {}, setBy: "DEVELOPER" });
  return validation.kind === "accepted" ? validation.metadata : {};
}

/** The fields that users who invite may set, as far as their setBy allows it: those listed in invitation.fields, or all. */
export function invitationFields({ invitation: { fields: paths }, metadata: { fields } }: ApplicationSettings): MetadataFieldSettings[] {
  return paths.length === 0 ? fields : fields.filter(({ path }) => paths.includes(path));
}

const fieldsFor = (change: MetadataChange, settings: ApplicationSettings) =>
  change.kind === "partial" && change.setBy === "INVITER" ? invitationFields(settings) : settings.metadata.fields;

const metadataRefused = (fields: NonNullable<Failure["fields"]>) => failure("METADATA_REFUSED", { path: ["metadata"], fields });
