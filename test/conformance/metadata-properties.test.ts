import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateMetadata } from "../../src/domain/account-operations/metadata-rules.js";
import type { MetadataFieldSettings } from "../../src/domain/applications/index.js";
import { metadataSettings, reservedClaims } from "../../src/domain/applications/settings/metadata.settings.js";
import { isWithinLimits, type Metadata, tokenMetadata } from "../../src/domain/users/index.js";

const runs = { numRuns: 500 };
const hostileNames = ["__proto__", "constructor", "prototype", "toString", "sub", "email", "aud"];
const name = fc.constantFrom("a", "b", "user_data", "first-name", "0", "hasOwnProperty", ...hostileNames);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("."));
const values: Record<MetadataFieldSettings["type"], fc.Arbitrary<unknown>> = {
  STRING: fc.string({ unit: fc.constantFrom("x", "ß", " "), maxLength: 8 }),
  NUMBER: fc.integer(),
  BOOLEAN: fc.boolean(),
  DATE: fc.constantFrom("2026-02-28", "2026-11-27T10:00:00Z"),
  STRING_LIST: fc.array(fc.constantFrom("x", "y"), { maxLength: 3 }),
  JSON: fc.constantFrom({ k: 1 }, [1, "x"], "x"),
};
const field = fc
  .record({ path, type: fc.constantFrom(...(Object.keys(values) as MetadataFieldSettings["type"][])) })
  .chain(({ path: own, type }) =>
    fc.record(
      {
        path: fc.constant(own),
        type: fc.constant(type),
        setBy: fc.constantFrom("USER", "INVITER", "DEVELOPER"),
        required: fc.boolean(),
        editable: fc.boolean(),
        inToken: fc.boolean(),
        default: values[type],
      },
      { requiredKeys: ["path", "type"] },
    ),
  );
/** Any fields that the settings permit. */
const fields = fc
  .array(field, { maxLength: 6 })
  .map((list) => metadataSettings.safeParse({ fields: list }))
  .filter(({ success }) => success)
  .map(({ data }) => data?.fields ?? []);
/** JSON as it comes out of a request: `__proto__` is a name like any other there. */
const arbitraryJson = fc
  .dictionary(name, fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(name, fc.dictionary(name, fc.jsonValue()))), { maxKeys: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Metadata);
const setBy = fc.constantFrom("USER" as const, "INVITER" as const, "DEVELOPER" as const);
const ranks = ["USER", "INVITER", "DEVELOPER"];

const read = (node: unknown, [first, ...rest]: string[]): unknown =>
  first === undefined ? node : Object.hasOwn(Object(node), first) ? read((node as Metadata)[first], rest) : undefined;
const at = (metadata: Metadata, { path: own }: MetadataFieldSettings) => read(metadata, own.split("."));
/** An object that gives some of the fields a value of their type; with `mayRemove`, a value may be null, which removes it. */
const metadataFor = (list: readonly MetadataFieldSettings[], mayRemove = false) =>
  fc.tuple(...list.map(({ type }) => fc.option(mayRemove ? fc.option(values[type]) : values[type], { nil: undefined }))).map((chosen) => {
    const given: Record<string, unknown> = {};
    list.forEach(({ path: own }, index) => {
      if (chosen[index] === undefined) return;
      const segments = own.split(".");
      const last = segments.pop() ?? "";
      const parent = segments.reduce<Record<string, unknown>>((node, segment) => {
        if (!Object.hasOwn(node, segment)) node[segment] = {};
        return node[segment] as Record<string, unknown>;
      }, given);
      parent[last] = chosen[index];
    });
    return given as Metadata;
  });
const metadataCase = fields.chain((list) =>
  fc.record({
    list: fc.constant(list),
    given: fc.oneof(metadataFor(list, true), arbitraryJson),
    current: metadataFor(list).filter(isWithinLimits),
  }),
);
const prototypeSnapshot = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort());

describe("metadata - properties of its paths", () => {
  it("settings - any list of paths - reserved claims, prototype names and overlapping paths are rejected", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 5 }), (list) => {
        const { success, data } = metadataSettings.safeParse({ fields: list });
        const paths = list.map((one) => one.path);
        const isSound =
          paths.every((own) => own.split(".").length <= 3 && !reservedClaims.has(own.split(".")[0] ?? "")) &&
          paths.every((own) => !own.split(".").some((segment) => ["__proto__", "constructor", "prototype"].includes(segment))) &&
          paths.every((one, index) => paths.every((other, place) => place === index || !`${other}.`.startsWith(`${one}.`)));
        expect(success).toBe(isSound);
        if (success) expect(data.fields.map((one) => one.path)).toEqual(paths);
      }),
      runs,
    );
  });

  it("values - arbitrary input from any actor - only fields the actor may set are stored, all others get defaults", () => {
    fc.assert(
      fc.property(metadataCase, setBy, ({ list, given }, who) => {
        const outcome = validateMetadata(list, { kind: "complete", given, setBy: who });
        expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort())).toBe(prototypeSnapshot);
        if (outcome.kind === "refused") {
          expect(outcome.fields.length).toBeGreaterThan(0);
          return;
        }
        let size = 0;
        for (const one of list) {
          const value = at(outcome.metadata, one);
          if (value !== undefined) size++;
          const isTheirs = ranks.indexOf(one.setBy) <= ranks.indexOf(who) && at(given, one) !== undefined;
          expect(value).toEqual(isTheirs ? at(given, one) : one.default);
          if (one.required && isTheirs) expect(value).toBeDefined();
        }
        expect(countLeaves(outcome.metadata, list)).toBe(size);
      }),
      runs,
    );
  });

  it("token - any stored metadata - contains no registered claim and no field without inToken", () => {
    fc.assert(
      fc.property(metadataCase, ({ list, current }) => {
        const claims = tokenMetadata(list, current);
        expect(Object.keys(claims).filter((claim) => reservedClaims.has(claim))).toEqual([]);
        for (const one of list) expect(at(claims, one)).toEqual(one.inToken ? at(current, one) : undefined);
      }),
      runs,
    );
  });

  it("change - arbitrary input from a user - changes only the given fields the user may edit, and is idempotent", () => {
    fc.assert(
      fc.property(metadataCase, ({ list, current, given }) => {
        const before = JSON.stringify(current);
        const outcome = validateMetadata(list, { kind: "change", current, given, setBy: "USER" });
        expect(JSON.stringify(current)).toBe(before);
        if (outcome.kind === "refused") return;
        for (const one of list) {
          const wish = at(given, one);
          const isTheirs = one.setBy === "USER" && one.editable && wish !== undefined;
          expect(at(outcome.metadata, one)).toEqual(isTheirs ? (wish ?? undefined) : at(current, one));
        }
        expect(isWithinLimits(outcome.metadata)).toBe(true);
        const repeated = { kind: "change", current: outcome.metadata, given: outcome.metadata, setBy: "USER" } as const;
        expect(validateMetadata(list, repeated)).toEqual(outcome);
      }),
      runs,
    );
  });

  it("change - stored metadata sent back, twice - changes nothing", () => {
    fc.assert(
      fc.property(metadataCase, ({ list, current }) => {
        const unchanged = { kind: "change", current, given: current, setBy: "USER" } as const;
        expect(validateMetadata(list, unchanged)).toEqual({ kind: "accepted", metadata: current });
      }),
      runs,
    );
  });

  it("invitation - metadata from inviter and guest - the inviter's values take precedence; developer fields come from neither", () => {
    fc.assert(
      fc.property(metadataCase, ({ list, given, current }) => {
        const theirs = validateMetadata(list, { kind: "partial", given: current, setBy: "INVITER" });
        const guests = validateMetadata(list, { kind: "partial", given, setBy: "USER" });
        if (theirs.kind === "refused" || guests.kind === "refused") return;
        const outcome = validateMetadata(list, { kind: "merge", given, invitationMetadata: theirs.metadata });
        if (outcome.kind === "refused") return;
        for (const one of list) {
          const words = one.setBy === "DEVELOPER" ? [] : [at(theirs.metadata, one), at(guests.metadata, one)];
          expect(at(outcome.metadata, one)).toEqual(words.find((word) => word !== undefined) ?? one.default);
        }
      }),
      runs,
    );
  });
});

/** How many fields have a value, and everything beside them as well. */
function countLeaves(node: Metadata, list: readonly MetadataFieldSettings[], prefix = ""): number {
  return Object.entries(node).reduce((sum, [own, value]) => {
    const isField = list.some((one) => one.path === prefix + own);
    const isBranch = typeof value === "object" && value !== null && !Array.isArray(value) && !isField;
    return sum + (isBranch ? countLeaves(value as Metadata, list, `${prefix + own}.`) : 1);
  }, 0);
}
