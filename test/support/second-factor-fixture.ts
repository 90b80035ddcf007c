import { beforeAll } from "vitest";
import type { Client } from "./client.js";
import type { TestApplication, TestGateway, TestGatewayOptions } from "./gateway.js";
import { CompleteLogInDocument, type SecondFactorProofInput } from "./generated/authentication.js";
import { type HostileFixture, hostileFixture, outcomeOf } from "./hostile-fixture.js";
import { uniqueEmail } from "./people.js";
import { type PersonWithTotp, signUpWithTotp } from "./second-factor.js";

const PERIOD_SECONDS = 30;

/** The stage of the hostile tests with applications that offer TOTP, and somebody who looks on. */
export function hostileFixtureWithTotp(options: TestGatewayOptions = {}): HostileFixture {
  const fixture = hostileFixture(options);
  beforeAll(async () => {
    for (const { id } of [fixture.a, fixture.a2, fixture.b]) await fixture.gateway.configure(id, "secondFactor.mode=TOTP");
  });
  return fixture;
}

/** Somebody new with TOTP and recovery codes, whom the case may wear out; no log may hold their secrets. */
export async function createVictim(
  fixture: HostileFixture,
  application: TestApplication = fixture.a,
  email = uniqueEmail("victim-"),
): Promise<PersonWithTotp> {
  const person = await signUpWithTotp(fixture.gateway, application, email);
  for (const text of [person.authenticator.secret, ...person.recoveryCodes]) fixture.registerSecret(text);
  return person;
}

/** What becomes of a second factor as a stranger tries it. */
export const attemptCompletion = async (client: Client, challengeToken: string, proof: SecondFactorProofInput): Promise<string> =>
  outcomeOf(await client.run(CompleteLogInDocument, { input: { challengeToken, proof } }));

/** Time stands still so many seconds into a new step of TOTP. */
export async function freezeInStep<T>({ clock }: TestGateway, seconds: number, work: () => Promise<T>): Promise<T> {
  return await clock.whileFrozen(async () => {
    clock.move({ seconds: PERIOD_SECONDS - ((clock.now().getTime() / 1000) % PERIOD_SECONDS) + seconds });
    return await work();
  });
}

/** How many sessions of a user are open. */
export async function countSessions({ gateway }: HostileFixture, { tokens }: Pick<PersonWithTotp, "tokens">): Promise<number> {
  return (await gateway.query("SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL", [tokens.user.id])).length;
}
