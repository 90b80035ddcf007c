import { beforeAll } from "vitest";
import type { Client } from "./client.js";
import type { TestApplication, TestGateway, TestGatewayOptions } from "./gateway.js";
import { CompleteLogInDocument, type SecondFactorProofInput } from "./generated/authentication.js";
import { hostile, outcomeOf, type Stage } from "./hostile.js";
import { freshEmail } from "./people.js";
import { type ProtectedPerson, signUpProtected } from "./second-factor.js";

const PERIOD_SECONDS = 30;

/** The stage of the hostile tests with applications that offer TOTP, and somebody who looks on. */
export function hostileWithTotp(options: TestGatewayOptions = {}): Stage {
  const stage = hostile(options);
  beforeAll(async () => {
    for (const { id } of [stage.a, stage.a2, stage.b]) await stage.gateway.configure(id, "secondFactor.mode=TOTP");
  });
  return stage;
}

/** Somebody new with TOTP and recovery codes, whom the case may wear out; no log may hold their secrets. */
export async function victimOf(
  stage: Stage,
  application: TestApplication = stage.a,
  email = freshEmail("victim-"),
): Promise<ProtectedPerson> {
  const person = await signUpProtected(stage.gateway, application, email);
  for (const text of [person.authenticator.secret, ...person.recoveryCodes]) stage.secret(text);
  return person;
}

/** What becomes of a second factor as a stranger tries it. */
export const attemptCompletion = async (client: Client, challengeToken: string, proof: SecondFactorProofInput): Promise<string> =>
  outcomeOf(await client.run(CompleteLogInDocument, { input: { challengeToken, proof } }));

/** Time stands still so many seconds into a new step of TOTP. */
export async function intoStep<T>({ clock }: TestGateway, seconds: number, work: () => Promise<T>): Promise<T> {
  return await clock.standStill(async () => {
    clock.move({ seconds: PERIOD_SECONDS - ((clock.now().getTime() / 1000) % PERIOD_SECONDS) + seconds });
    return await work();
  });
}

/** How many sessions of a user are open. */
export async function countSessions({ gateway }: Stage, { tokens }: Pick<ProtectedPerson, "tokens">): Promise<number> {
  return (await gateway.query("SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL", [tokens.user.id])).length;
}
