import type { SignUpInput, TokensFragment } from "../../clients/typescript/src/index.js";
import type { Client } from "./client.js";
import type { TestApplication, TestGateway } from "./gateway.js";

export const PASSWORD = "violet hedgehog parade";

let lastPerson = 0;
/** An email address that is unique in the run. */
export const uniqueEmail = (name = "person") => `${name}${++lastPerson}.${process.pid}@mail.example`;

let lastNumber = 0;
/** A German mobile number that is unique in the run; the numbers share no prefix. */
export const uniquePhone = () => {
  const number = ++lastNumber;
  return `+4915${String(number % 100).padStart(2, "0")}${3_000_000 + number}`;
};

export interface TestPerson {
  readonly email: string;
  readonly password: string;
  readonly tokens: TokensFragment;
  /** The application's client with this user's session. */
  readonly client: Client;
}

/** Begins a sign-up; returns the ticket. */
export async function beginSignUp(client: Client, email: string, more: Partial<SignUpInput> = {}): Promise<string> {
  const answer = await client.operations.signUp({ handle: { email }, password: PASSWORD, ...more });
  if (answer.__typename !== "ConfirmationSent") throw new Error(`signUp answered ${JSON.stringify(answer)}`);
  return answer.ticket;
}

/** Completes a sign-up with the mailed code. */
export async function signUpPerson(
  gateway: TestGateway,
  { client }: TestApplication,
  email = uniqueEmail(),
  more: Partial<SignUpInput> = {},
): Promise<TestPerson> {
  const ticket = await beginSignUp(client, email, more);
  const code = await gateway.mails.nextCode(email);
  const tokens = await client.operations.completeSignUp({ handle: { email }, code, ticket });
  if (tokens.__typename !== "LoggedIn") throw new Error(`completeSignUp answered ${JSON.stringify(tokens)}`);
  return {
    email,
    password: more.password ?? PASSWORD,
    tokens,
    client: client.with({ token: tokens.sessionToken }),
  };
}

export async function logIn(client: Client, email: string, password = PASSWORD) {
  return await client.operations.logIn({ handle: { email }, password });
}

/** Logs in; fails the test otherwise. */
export async function requireLogIn(client: Client, email: string, password = PASSWORD): Promise<TokensFragment> {
  const answer = await logIn(client, email, password);
  if (answer.__typename !== "LoggedIn") throw new Error(`logIn answered ${JSON.stringify(answer)}`);
  return answer;
}
