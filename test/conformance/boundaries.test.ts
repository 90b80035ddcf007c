import { describe, expect, it } from "vitest";
import { violationsOf } from "../../scripts/check-boundaries.js";

/** A file of src, one line of it, and a part of what must be said about it. */
const planted: readonly (readonly [kind: string, file: string, line: string, complaint: string])[] = [
  ["lower layer imports a higher one", "platform/clock.ts", 'import { flows } from "../flows/index.js";', "imports point down"],
  ["domain imports GraphQL types", "domain/users/user.ts", 'import { DateTime } from "../../graphql/index.js";', "imports point down"],
  [
    "folders of one layer",
    "management/users/users.resolver.ts",
    'import { flows } from "../../flows/index.js";',
    "do not import each other",
  ],
  ["http and cli", "cli/index.ts", 'import { createServer } from "../http/index.js";', "do not import each other"],
  ["order inside domain", "domain/users/user.ts", 'import { Sessions } from "../sessions/index.js";', "only those before it"],
  ["module without a place in the order", "domain/users/user.ts", 'import { X } from "../billing/index.js";', "missing in the order"],
  ["one use case imports another", "flows/sign-up/index.ts", 'import { x } from "../log-in/index.js";', "do not import each other"],
  ["deep import", "flows/sign-up/index.ts", 'import { x } from "../../domain/users/user.js";', "by its index.ts"],
  ["deep import by export", "flows/sign-up/index.ts", 'export { x } from "../../domain/users/user.js";', "by its index.ts"],
  ["deep import by import()", "flows/sign-up/index.ts", 'await import("../../domain/users/user.js")', "by its index.ts"],
  ["values of app/services.ts", "flows/sign-up/index.ts", 'import { x } from "../../app/services.js";', "only types"],
  ["another file of app", "http/server.ts", 'import type { X } from "../app/compose.js";', "imports point down"],
  ["outside src", "domain/users/user.ts", 'import { x } from "../../../test/x.js";', "nothing outside src"],
  ["library out of its place", "flows/sign-up/sign-up.service.ts", 'import { In } from "typeorm";', "is imported only in"],
  ["part of a library", "flows/sign-up/sign-up.service.ts", 'import x from "@fastify/helmet";', "is imported only in"],
  ["side effect of a library", "domain/users/user.ts", 'import "dotenv";', "is imported only in"],
  ["lazily loaded library", "domain/users/user.ts", 'await import("twilio")', "is imported only in"],
  ["cryptography elsewhere", "domain/users/user.ts", 'import { createHash } from "node:crypto";', "is imported only in"],
  ["process.env", "http/server.ts", "const x = process.env.PORT;", "reads process.env"],
  ["file in no layer", "billing/index.ts", "", "no layer"],
  ["vague name", "domain/users/helpers.ts", "", "the name says nothing"],
];

describe("boundaries", () => {
  it.each(planted)("%s - is reported", (_, file, line, complaint) => {
    expect(violationsOf(file, `${line}\n`).join("\n")).toContain(complaint);
  });

  it.each([
    ["flows/sign-up/sign-up.service.ts", 'import type { Services } from "../../app/services.js";'],
    ["flows/sign-up/index.ts", 'import type { Flow } from "../flow.js";'],
    ["domain/sessions/sessions.ts", 'import type { User } from "../users/index.js";'],
    ["domain/users/user.repository.ts", 'import { In } from "typeorm";'],
    ["app/compose.ts", 'import { migrations } from "../../migrations/index.js";'],
    ["app/compose.ts", 'import { NodemailerMailer } from "../domain/messaging/mailer.nodemailer.js";'],
  ])("%s - import that the rules allow - is not reported", (file, line) => {
    expect(violationsOf(file, `${line}\n`)).toEqual([]);
  });
});
