import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { signUpPerson } from "../support/people.js";

const gateway = gatewayForFile();
const run = promisify(execFile);
const VERIFY = `
import json, sys, urllib.request
import jwt
token, jwks_url, issuer, audience = sys.argv[1:5]
keys = {key["kid"]: jwt.PyJWK(key).key for key in json.load(urllib.request.urlopen(jwks_url))["keys"]}
kid = jwt.get_unverified_header(token)["kid"]
try:
    print(json.dumps(jwt.decode(token, keys[kid], algorithms=["RS256"], issuer=issuer, audience=audience)))
except jwt.PyJWTError as error:
    print(json.dumps({"refused": type(error).__name__}))
`;

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

describe("PyJWT", () => {
  const verify = async (token: string, audience = application.id) => {
    const issuer = `${gateway.url}/apps/${application.id}`;
    const { stdout } = await run("/usr/bin/python3", ["-c", VERIFY, token, `${issuer}/.well-known/jwks.json`, issuer, audience]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it("JWT - Python's verifier with the published keys - accepts a valid token, rejects another audience and an altered one", async () => {
    const { tokens, email } = await signUpPerson(gateway, application);
    expect(await verify(tokens.jwt)).toMatchObject({ sub: tokens.user.id, email });
    expect(await verify(tokens.jwt, "another-audience")).toEqual({ refused: "InvalidAudienceError" });
    const [head, body, signature = ""] = tokens.jwt.split(".");
    const flipped = (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
    expect(await verify([head, body, flipped].join("."))).toEqual({ refused: "InvalidSignatureError" });
  });
});
