import { beforeAll } from "vitest";
import type { Client } from "./client.js";
import type { TestApplication, TestGateway, TestGatewayOptions } from "./gateway.js";
import { CompleteLogInDocument, type SecondFactorProofInput } from "./generated/authentication.js";
import { type HostileFixture, hostileFixture, outcomeOf } from "./hostile-fixture.js";
import { uniqueEmail } from "./people.js";
import { type PersonWithTotp, signUpWithTotp } from "./second-factor.js";

const PERIOD_SECONDS = 30;

/** The hostile fixture with TOTP enabled in its applications, and an uninvolved user. */
export function hostileFixtureWithTotp(options: TestGatewayOptions = {}): HostileFixture {
  const fixture = hostileFixture(options);
  beforeAll(async () => {
    for (const { id } of [fixture.a, fixture.a2, fixture.b]) await fixture.gateway.configure(id, "secondFactor.mode=TOTP");
  });
  return fixture;
}

/** A new user with TOTP and recovery codes, whose rate limits the case may exhaust; the secrets must not appear in any log. */
export async function createVictim(
  fixture: HostileFixture,
  application: TestApplication = fixture.a,
  email = uniqueEmail("victim-"),
): Promise<PersonWithTotp> {
  const person = await signUpWithTotp(fixture.gateway, application, email);
  for (const text of [person.authenticator.secret, ...person.recoveryCodes]) fixture.registerSecret(text);
  return person;
}

/** Outcome of an attempt to complete a log-in with a second factor. */
export const attemptCompletion = async (client: Client, challengeToken: string, proof: SecondFactorProofInput): Promise<string> =>
  outcomeOf(await client.run(CompleteLogInDocument, { input: { challengeToken, proof } }));

/** Stops the clock at the given number of seconds into a new TOTP time step. */
export async function freezeInStep<T>({ clock }: TestGateway, seconds: number, work: () => Promise<T>): Promise<T> {
  return await clock.whileFrozen(async () => {
    clock.move({ seconds: PERIOD_SECONDS - ((clock.now().getTime() / 1000) % PERIOD_SECONDS) + seconds });
    return await work();
  });
}

/** Number of open sessions of a user. */
export async function countSessions({ gateway }: HostileFixture, { tokens }: Pick<PersonWithTotp, "tokens">): Promise<number> {
  return (await gateway.query("SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL", [tokens.user.id])).length;
}
