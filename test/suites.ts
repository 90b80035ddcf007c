/** Some test files, and what they have in common. */
export interface Group {
  readonly why: string;
  readonly files: readonly string[];
}

/**
 * What runs on SQLite, MariaDB and MySQL by default. A new test file belongs here when its outcome depends on statements, transactions, locks,
 * collations or errors of a database server. `test/conformance/suites.test.ts` checks that every file is in exactly one of the two lists.
 */
export const everyDatabase: readonly Group[] = [
  {
    why: "Transactions, locks and unique keys decide which of several concurrent requests wins.",
    files: [
      "test/races/accounts.test.ts",
      "test/races/back-end.test.ts",
      "test/races/rate-limits.test.ts",
      "test/races/deletion.test.ts",
      "test/races/phone.test.ts",
      "test/races/second-factors-cross-operation.test.ts",
      "test/races/second-factors.test.ts",
      "test/races/batching.test.ts",
      "test/races/one-time-codes.test.ts",
      "test/races/single-use.test.ts",
      "test/faults/outbox-leases.test.ts",
      "test/faults/two-processes.test.ts",
      "test/faults/blocked-writes.test.ts",
    ],
  },
  {
    why: "Migrations, column types, collations, isolation, query plans and error codes are those of the server.",
    files: [
      "test/conformance/database.test.ts",
      "test/conformance/errors.test.ts",
      "test/conformance/isolation.test.ts",
      "test/conformance/settings-cache.test.ts",
      "test/conformance/large-tenants.test.ts",
      "test/conformance/migration-lock.test.ts",
      "test/hostile/email-addresses.test.ts",
      "test/hostile/expiry.test.ts",
      "test/hostile/passwords-encoding.test.ts",
      "test/hostile/tenancy.test.ts",
      "test/hostile/input-values.test.ts",
    ],
  },
  {
    why: "Cases in production mode, which refuses SQLite.",
    files: ["test/conformance/client.test.ts", "test/hostile/paths.test.ts", "test/journeys/playground.test.ts"],
  },
  {
    why: "Backup and restore read and write tables of either dialect; a killed process leaves its transactions to the server.",
    files: [
      "test/faults/cli.test.ts",
      "test/faults/housekeeping.test.ts",
      "test/faults/crash-recovery.test.ts",
      "test/faults/outbox.test.ts",
      "test/faults/restore.test.ts",
    ],
  },
  {
    why: "Every repository runs each of its statements once: the use cases as a whole, one file for each table.",
    files: [
      "test/hostile/codes.test.ts",
      "test/hostile/rate-limits.test.ts",
      "test/journeys/account.test.ts",
      "test/journeys/back-end-users.test.ts",
      "test/journeys/back-end.test.ts",
      "test/journeys/invitation-states.test.ts",
      "test/journeys/invitation.test.ts",
      "test/journeys/keys.test.ts",
      "test/journeys/links.test.ts",
      "test/journeys/log-in.test.ts",
      "test/journeys/messages.test.ts",
      "test/journeys/metrics.test.ts",
      "test/journeys/phone.test.ts",
      "test/journeys/second-factor-reset.test.ts",
      "test/journeys/second-factor-sms.test.ts",
      "test/journeys/second-factor.test.ts",
      "test/journeys/sign-up.test.ts",
    ],
  },
];

/** What runs on SQLite only by default; `.ci/run --all` runs it on every database. */
export const sqliteOnly: readonly Group[] = [
  {
    why: "HTTP, GraphQL documents, headers and tokens: decided before a statement runs, or after it has answered.",
    files: [
      "test/conformance/jwt.test.ts",
      "test/conformance/parity.test.ts",
      "test/conformance/published-keys.test.ts",
      "test/conformance/realm.test.ts",
      "test/conformance/suites.test.ts",
      "test/hostile/back-end.test.ts",
      "test/hostile/request-bodies.test.ts",
      "test/hostile/enumeration.test.ts",
      "test/hostile/request-limits.test.ts",
      "test/hostile/logging.test.ts",
      "test/hostile/sessions.test.ts",
      "test/hostile/jwt.test.ts",
      "test/hostile/transport.test.ts",
      "test/hostile/origins.test.ts",
      "test/hostile/explanations.test.ts",
    ],
  },
  {
    why: "Rules of the domain on statements that files of the other list run on every database.",
    files: [
      "test/conformance/handle-properties.test.ts",
      "test/conformance/metadata-properties.test.ts",
      "test/conformance/second-factor-matrix.test.ts",
      "test/hostile/back-end-effects.test.ts",
      "test/hostile/codes-randomness.test.ts",
      "test/hostile/invitations.test.ts",
      "test/hostile/passwords.test.ts",
      "test/hostile/phone.test.ts",
      "test/hostile/password-resets.test.ts",
      "test/hostile/second-factors-account.test.ts",
      "test/hostile/second-factors-challenges.test.ts",
      "test/hostile/second-factors-recovery.test.ts",
      "test/hostile/second-factors-sms.test.ts",
      "test/hostile/second-factors-totp.test.ts",
      "test/hostile/sms-limits.test.ts",
      "test/journeys/client-session.test.ts",
      "test/journeys/client.test.ts",
      "test/journeys/numeric-settings.test.ts",
      "test/journeys/second-factor-required.test.ts",
      "test/journeys/second-factor-settings.test.ts",
    ],
  },
  {
    why: "Mail servers, Twilio, message templates, processes, the image and the playground: what is around the gateway.",
    files: [
      "test/faults/image.test.ts",
      "test/faults/cli-messages.test.ts",
      "test/faults/process.test.ts",
      "test/faults/mail-headers.test.ts",
      "test/faults/npm-start.test.ts",
      "test/faults/cli-operation.test.ts",
      "test/faults/sms-delivery.test.ts",
      "test/hostile/mail-servers.test.ts",
      "test/hostile/messages.test.ts",
      "test/journeys/back-end-guide.test.ts",
      "test/journeys/mail-settings.test.ts",
      "test/journeys/playground-walkthrough.test.ts",
      "test/journeys/sms-settings.test.ts",
    ],
  },
  {
    why: "Unit tests, without a database.",
    files: [
      "test/conformance/boundaries.test.ts",
      "test/conformance/packages.test.ts",
      "src/app/environment.test.ts",
      "src/app/stored-data.test.ts",
      "src/domain/account-operations/metadata-policy.test.ts",
      "src/domain/applications/locale.test.ts",
      "src/domain/authenticators/password/password-policy.test.ts",
      "src/domain/authenticators/second-factor/recovery-codes.test.ts",
      "src/domain/messaging/html-source.test.ts",
      "src/domain/one-time-codes/code-format.test.ts",
      "src/domain/rate-limiting/rate-limit-bucket.test.ts",
      "src/domain/rate-limiting/rate-limit-keys.test.ts",
      "src/domain/rate-limiting/token-bucket-limiter.test.ts",
      "src/domain/users/email.test.ts",
      "src/domain/users/phone.test.ts",
      "src/graphql/document-limits.test.ts",
      "src/http/client-address.test.ts",
      "src/platform/crypto/bcrypt-worker.test.ts",
      "src/platform/crypto/keyring.test.ts",
      "src/platform/crypto/totp.test.ts",
      "src/platform/outbound-guard.test.ts",
      "src/platform/read-through-cache.test.ts",
    ],
  },
];

/** What runs on the newest Node too: each native module, the HTTP server, the processes, the token libraries, and one file of each folder. */
export const nodeSmoke: readonly string[] = [
  "src/platform/crypto/bcrypt-worker.test.ts",
  "src/platform/crypto/totp.test.ts",
  "test/conformance/database.test.ts",
  "test/conformance/jwt.test.ts",
  "test/conformance/realm.test.ts",
  "test/faults/crash-recovery.test.ts",
  "test/faults/restore.test.ts",
  "test/hostile/transport.test.ts",
  "test/journeys/log-in.test.ts",
  "test/journeys/messages.test.ts",
  "test/journeys/second-factor.test.ts",
  "test/races/single-use.test.ts",
];

export const filesOf = (groups: readonly Group[]): string[] => groups.flatMap(({ files }) => files);
