import { describe, expect, it } from "vitest";
import { findDatabaseUrlProblem } from "./index.js";
import { parseMysqlUrl } from "./mysql-url.js";

const base = "mysql://user:secret-word@db.internal:3307/latchkey";

describe("DATABASE_URL", () => {
  it("B-02 parts - percent-encoded - are decoded", () => {
    const parsed = parseMysqlUrl("mysql://us%40er:p%2Fa%23ss@db.internal/latch%20key");
    expect(parsed).toMatchObject({ user: "us@er", password: "p/a#ss", host: "db.internal", port: 3306, database: "latch key" });
    expect(parsed).toMatchObject({ sslMode: "DISABLED", ignoredOptions: [] });
  });

  it("B-07 IPv6 literal - in brackets - is the address without them", () => {
    expect(parseMysqlUrl("mysql://root@[::1]:3306/latchkey")).toMatchObject({ host: "::1", port: 3306 });
  });

  it.each([
    ["ssl=true", "VERIFY_IDENTITY"],
    ["ssl=false", "DISABLED"],
    ["ssl-mode=REQUIRED", "REQUIRED"],
    ["ssl-mode=VERIFY_CA&ssl-ca=/etc/hostname", "VERIFY_CA"],
    ["ssl-ca=/etc/hostname", "VERIFY_IDENTITY"],
  ])("B-02 %s - sets TLS to %s", (options, sslMode) => {
    expect(parseMysqlUrl(`${base}?${options}`).sslMode).toBe(sslMode);
  });

  it.each(["10.0.0.5", "[2001:db8::5]"])("B-02 ssl=true - host %s - is refused, because the driver cannot verify an address", (host) => {
    expect(findDatabaseUrlProblem(`mysql://root@${host}/latchkey?ssl=true`)).toContain("has an address as host");
    expect(findDatabaseUrlProblem(`mysql://root@${host}/latchkey?ssl-mode=VERIFY_CA`)).toBeNull();
  });

  it("B-02 charset, timezone, connectionLimit - are known and reported as ignored", () => {
    expect(parseMysqlUrl(`${base}?charset=utf8&timezone=Z&connectionLimit=5`).ignoredOptions).toEqual([
      "charset",
      "timezone",
      "connectionLimit",
    ]);
  });

  it.each([
    "sslmode=require",
    "colour=blue",
    "ssl=yes",
    "ssl=",
    "ssl-mode=required",
    "ssl-mode=PREFERRED",
    "ssl=true&ssl=false",
    "ssl=true&ssl-mode=DISABLED",
    "ssl-mode=REQUIRED&ssl-ca=/etc/hostname",
    "ssl-ca=/no/such/file",
    "wsrep-sync-wait=16",
  ])("B-02 %s - unknown, not understood or contradictory - is refused by the name of the option", (options) => {
    expect(findDatabaseUrlProblem(`${base}?${options}`)).toContain(options.split("=")[0]);
  });

  it.each([
    "mysql://user:secret/word@db.internal:3306/latchkey",
    "mysql://user:secret%zzword@db.internal:3306/latchkey",
    "mysql://user:secret-word@db.internal:3306",
    "mysql://user:secret-word@db.internal:3306/",
    "mysql://user:12?secret-word@db.internal/latchkey",
    "mysql://user:12#secret-word@db.internal/latchkey",
    "mysql://user:secret",
    "mysql://",
    "postgres://user:secret-word@db.internal/latchkey",
  ])("B-17 %s - is refused with the expected form and without the password", (url) => {
    const problem = findDatabaseUrlProblem(url) ?? "";
    expect(problem).toMatch(/^must be .*mysql:\/\/USER:PASSWORD@HOST:PORT\/DATABASE/);
    expect(problem).not.toMatch(/secret|12/);
  });
});
