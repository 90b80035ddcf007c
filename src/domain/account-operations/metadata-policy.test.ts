import { describe, expect, it } from "vitest";
import { systemClock } from "../../platform/clock.js";
import type { ApplicationContext } from "../applications/index.js";
import { parseSettings } from "../applications/settings/index.js";
import { JwtIssuer, type SigningKeys } from "../jwt/index.js";
import type { Email, Metadata } from "../users/index.js";
import { acceptMetadata, defaultMetadata, findMetadataFailure, invitationFields } from "./metadata-policy.js";
import type { MetadataChange } from "./metadata-rules.js";

const general = { name: "Test" };
const settings = parseSettings({
  general,
  metadata: {
    fields: [
      { path: "name", required: true },
      { path: "about" },
      { path: "fixed", editable: false },
      { path: "private", inToken: false },
      { path: "level", type: "NUMBER", default: 1 },
      { path: "team", setBy: "INVITER", allowedValues: ["red", "blue"] },
      { path: "desk", setBy: "INVITER" },
      { path: "org.role", setBy: "DEVELOPER", type: "STRING_LIST" },
    ],
  },
  invitation: { fields: ["about", "team", "desk", "org.role"] },
});
const context = { application: { id: "test", settings } } as ApplicationContext;
const services = { jwtIssuer: new JwtIssuer({} as SigningKeys, "https://auth.example.com", systemClock) };
const accept = (change: MetadataChange) => acceptMetadata(services, context, "ada@example.com" as Email, change);
const refused = (...fields: [path: string, reason: string][]) => ({
  kind: "failure",
  code: "METADATA_REFUSED",
  path: ["metadata"],
  fields: fields.map(([path, reason]) => ({ path, reason })),
});
const accepted = (metadata: Metadata) => ({ kind: "accepted", metadata });

/** Fits a string field and the limits of JSON values, but not the JWT. */
const LONG = "x".repeat(4000);
const OVER_LIMIT = { about: "x".repeat(9000) };

const stored = { name: "Ada", fixed: "a", team: "red", org: { role: ["admin"] } };
const complete = (given: Metadata, setBy: "USER" | "DEVELOPER" = "USER") => ({ kind: "complete", given, setBy }) as const;
const partial = (given: Metadata, setBy: "INVITER" | "DEVELOPER" = "INVITER") => ({ kind: "partial", given, setBy }) as const;
const change = (given: Metadata, setBy: "USER" | "DEVELOPER" = "USER") => ({ kind: "change", current: stored, given, setBy }) as const;
const merge = (given: Metadata, invitationMetadata: Metadata) => ({ kind: "merge", given, invitationMetadata }) as const;

describe("metadata policy", () => {
  it.each<[string, MetadataChange, object]>([
    ["complete - with defaults", complete({ name: "Ada" }), accepted({ name: "Ada", level: 1 })],
    ["complete - a required field is missing", complete({ about: "x" }), refused(["name", "REQUIRED"])],
    ["complete - wrong type and unknown field", complete({ name: "A", about: 1, x: 1 }), refused(["about", "TYPE"], ["x", "UNKNOWN"])],
    ["complete - a user sets a field of inviters", complete({ name: "Ada", team: "red" }), refused(["team", "NOT_ALLOWED"])],
    [
      "complete - a developer sets every field",
      complete({ ...stored, level: 2 }, "DEVELOPER"),
      accepted({ name: "Ada", fixed: "a", level: 2, team: "red", org: { role: ["admin"] } }),
    ],
    ["complete - over the limits of JSON values", complete(OVER_LIMIT), refused(["", "TOO_LARGE"])],
    ["complete - too large for the JWT", complete({ name: "Ada", about: LONG }), refused(["", "TOO_LARGE"])],
    ["complete - large, but not in the JWT", complete({ name: "A", private: LONG }), accepted({ name: "A", private: LONG, level: 1 })],
    ["partial - nothing is required", partial({ about: "x", team: "red" }), accepted({ about: "x", team: "red" })],
    ["partial - a value that is not allowed", partial({ team: "green" }), refused(["team", "VALUE"])],
    ["partial - a field of inviters without allowed values", partial({ desk: "7" }), refused(["desk", "NOT_ALLOWED"])],
    ["partial - a field that is not in invitation.fields", partial({ name: "Ada" }), refused(["name", "UNKNOWN"])],
    ["partial - a field of developers", partial({ org: { role: [] } }), refused(["org.role", "NOT_ALLOWED"])],
    ["partial - a developer sets any field", partial({ name: "Ada", desk: "7" }, "DEVELOPER"), accepted({ name: "Ada", desk: "7" })],
    ["partial - over the limits of JSON values", partial(OVER_LIMIT), refused(["", "TOO_LARGE"])],
    ["partial - too large for the JWT", partial({ about: LONG }), refused(["", "TOO_LARGE"])],
    ["change - one field", change({ about: "x" }), accepted({ ...stored, about: "x" })],
    ["change - everything as it is stored", change(stored), accepted(stored)],
    ["change - a field that is not editable", change({ fixed: "b" }), refused(["fixed", "NOT_ALLOWED"])],
    ["change - removal of a required field", change({ name: null }), refused(["name", "REQUIRED"])],
    ["change - removal of a field of developers", change({ org: { role: null } }), refused(["org.role", "NOT_ALLOWED"])],
    [
      "change - a developer removes a nested field",
      change({ org: { role: null } }, "DEVELOPER"),
      accepted({ name: "Ada", fixed: "a", team: "red" }),
    ],
    ["change - over the limits of JSON values", change(OVER_LIMIT), refused(["", "TOO_LARGE"])],
    ["change - too large for the JWT", change({ about: LONG }), refused(["", "TOO_LARGE"])],
    [
      "merge - values of the invitation take precedence",
      merge({ name: "Ada", about: "mine" }, { about: "theirs", org: { role: ["admin"] } }),
      accepted({ name: "Ada", about: "theirs", level: 1, org: { role: ["admin"] } }),
    ],
    ["merge - a required field is missing", merge({}, { about: "x" }), refused(["name", "REQUIRED"])],
    ["merge - the user gives a field of inviters", merge({ name: "Ada", team: "red" }, {}), refused(["team", "NOT_ALLOWED"])],
    ["merge - the user's large value is replaced", merge({ name: LONG }, { name: "Ada" }), accepted({ name: "Ada", level: 1 })],
    ["merge - too large for the JWT together", merge({ name: "x".repeat(2500) }, { about: "x".repeat(2500) }), refused(["", "TOO_LARGE"])],
  ])("%s", (_, metadataChange, expected) => {
    expect(accept(metadataChange)).toEqual(expected);
  });

  it("metadata given with an invitation code - refused before the code only for faults of its own", () => {
    expect(findMetadataFailure(context, { name: LONG })).toBeNull();
    expect(findMetadataFailure(context, { team: "red" })).toEqual(refused(["team", "NOT_ALLOWED"]));
    expect(findMetadataFailure(context, OVER_LIMIT)).toEqual(refused(["", "TOO_LARGE"]));
  });

  it("defaults - nothing if a required field has none", () => {
    expect(defaultMetadata(settings)).toEqual({});
    const fields = [{ path: "level", type: "NUMBER", default: 1, required: true }, { path: "name" }];
    expect(defaultMetadata(parseSettings({ general, metadata: { fields } }))).toEqual({ level: 1 });
  });

  it("invitation fields - those listed, or all", () => {
    expect(invitationFields(settings).map(({ path }) => path)).toEqual(["about", "team", "desk", "org.role"]);
    expect(invitationFields({ ...settings, invitation: parseSettings({ general }).invitation })).toEqual(settings.metadata.fields);
  });
});
