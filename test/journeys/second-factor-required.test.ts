import { print } from "graphql";
import { decode } from "jsonwebtoken";
import { describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  AcceptInvitationDocument,
  CompleteSignUpDocument,
  ConfirmTotpDocument,
  DeleteAccountDocument,
  DisableSecondFactorDocument,
  EnrollTotpDocument,
  InviteDocument,
  MeDocument,
  RegenerateRecoveryCodesDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";
import { confirmTotp, enrollTotp } from "../support/second-factor.js";

const gateway = gatewayForFile();
const claimsOf = (jwt: string) => decode(jwt) as Record<string, unknown>;

describe("application that requires a second factor", () => {
  it.each([
    "CODE",
    "NONE",
  ])("sign-up flow %s - SecondFactorEnrollmentRequired - the session opens after the factor is verified", async (flow) => {
    const own = await gateway.createApplication("Strict", "secondFactor.mode=google", "secondFactor.required=true", `signUp.flow=${flow}`);
    const email = uniqueEmail();
    const answer = flow === "CODE" ? await completeSignUpOf(own, email) : await signUpAtOnce(own, email);
    const { enrollmentToken } = requireEnrollment(answer);
    await finishEnrollment(own, enrollmentToken, email);
  });

  it("acceptInvitation and logIn - SecondFactorEnrollmentRequired - the session opens after the factor is verified", async () => {
    const own = await gateway.createApplication("Strict", "secondFactor.mode=google");
    const inviter = await signUpPerson(gateway, own);
    const email = uniqueEmail();
    await inviter.client.expect(InviteDocument, { input: { handle: { email } } });
    await gateway.configure(own.id, "secondFactor.required=true");
    const code = await gateway.mails.nextCode(email);
    const { acceptInvitation } = await own.client.expect(AcceptInvitationDocument, {
      input: { handle: { email }, code, password: PASSWORD },
    });
    const first = requireEnrollment(acceptInvitation);
    const second = requireEnrollment(await logIn(own.client, email));
    // A newer log-in replaces an older one.
    const stale = await own.client.with({ token: first.enrollmentToken }).run(EnrollTotpDocument, {});
    expect(stale.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    await finishEnrollment(own, second.enrollmentToken, email);
    // Sessions that were opened before the setting changed remain valid.
    expect((await inviter.client.expect(MeDocument, {})).me?.email).toBe(inviter.email);
    requireEnrollment(await logIn(own.client, inviter.email));
  });

  it("enrollmentToken - at other operations, and after expiry - UNAUTHENTICATED", async () => {
    const own = await gateway.createApplication("Strict", "secondFactor.mode=google", "secondFactor.required=true");
    const email = uniqueEmail();
    const { enrollmentToken } = requireEnrollment(await completeSignUpOf(own, email));
    const client = own.client.with({ token: enrollmentToken });
    for (const document of [MeDocument, DisableSecondFactorDocument, RegenerateRecoveryCodesDocument, DeleteAccountDocument])
      expect((await client.post({ query: print(document) })).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const authenticator = await enrollTotp(gateway, client);
    gateway.clock.move({ minutes: 15, seconds: 1 });
    const late = await client.run(ConfirmTotpDocument, { input: { code: authenticator.code() } });
    expect(late.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    requireEnrollment(await logIn(own.client, email));
  });
});

type Answered = { readonly __typename: string };

function requireEnrollment(answer: Answered): { readonly enrollmentToken: string } {
  expect(answer).toMatchObject({
    __typename: "SecondFactorEnrollmentRequired",
    mode: "TOTP",
    enrollmentToken: expect.stringMatching(/^lk_chl_/),
  });
  expect(JSON.stringify(answer)).not.toMatch(/lk_ses_|lk_ref_|eyJ/);
  return answer as unknown as { enrollmentToken: string };
}

async function completeSignUpOf({ client }: TestApplication, email: string): Promise<Answered> {
  const ticket = await beginSignUp(client, email);
  const code = await gateway.mails.nextCode(email);
  return (await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } })).completeSignUp;
}

const signUpAtOnce = async ({ client }: TestApplication, email: string): Promise<Answered> =>
  (await client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } })).signUp;

async function finishEnrollment({ client }: TestApplication, enrollmentToken: string, email: string): Promise<void> {
  const enrolling = client.with({ token: enrollmentToken });
  const authenticator = await enrollTotp(gateway, enrolling);
  expect(await confirmTotp(enrolling, authenticator.wrongCode())).toMatchObject({ __typename: "InvalidCode" });
  const enabled = await confirmTotp(enrolling, authenticator.code());
  if (enabled.__typename !== "SecondFactorEnabled" || !enabled.loggedIn) throw new Error(JSON.stringify(enabled));
  expect(enabled.recoveryCodes).toHaveLength(10);
  expect(claimsOf(enabled.loggedIn.jwt)).toMatchObject({ amr: ["pwd", "otp", "mfa"] });
  const { me } = await client.with({ token: enabled.loggedIn.sessionToken }).expect(MeDocument, {});
  expect(me).toMatchObject({ email, recoveryCodesLeft: 10, secondFactors: [{ method: "TOTP" }] });
  // The token has done its work.
  expect((await enrolling.run(EnrollTotpDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
}
