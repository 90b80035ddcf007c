import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { createDevice, type Device } from "../support/device.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
/** What an invitation should be, told without the gateway's help. */
interface ExpectedInvitation {
  readonly id: string;
  readonly host: Host;
  readonly email: string;
  status: "PENDING" | "ACCEPTED" | "REVOKED";
  /** The last code that was mailed; undefined for an inert one. */
  code: string | undefined;
  expiresAt: number;
  wrongAttempts: number;
}
interface Host {
  readonly phone: Device;
  readonly email: string;
  isDeleted: boolean;
}
interface InvitationModel {
  readonly hosts: readonly Host[];
  readonly emails: readonly string[];
  readonly registered: Set<string>;
  readonly invitations: ExpectedInvitation[];
}
/** A step of the model: an operation, and numbers that select a user and an invitation. */
type Step = readonly ["invite" | "resend" | "revoke" | "accept" | "guess" | "sign-up" | "wait" | "leave", number, number];

const LIFETIME_HOURS = 48;
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication("Blue Heron", `invitation.lifetimeHours=${LIFETIME_HOURS}`, "signUp.flow=NONE");
});

const now = () => gateway.clock.now().getTime();
const isLive = ({ status, expiresAt }: ExpectedInvitation) => status === "PENDING" && expiresAt > now();
const pick = <T>(list: readonly T[], number: number) => list[number % Math.max(1, list.length)];
const wrongCode = (codes: readonly (string | undefined)[]) =>
  ["00000000", "11111111", "22222222", "33333333"].find((code) => !codes.includes(code)) ?? "";

async function join(email: string): Promise<Device> {
  const phone = createDevice(gateway, application);
  const answer = await phone.client.signUp({ handle: { email }, password: PASSWORD });
  if (answer.__typename !== "LoggedIn") throw new Error(JSON.stringify(answer));
  return phone;
}

async function createModel(): Promise<InvitationModel> {
  const hosts = await Promise.all(
    [1, 2].map(async () => {
      const email = uniqueEmail("host");
      return { phone: await join(email), email, isDeleted: false };
    }),
  );
  return { hosts, emails: [uniqueEmail("guest"), uniqueEmail("guest")], registered: new Set(), invitations: [] };
}

/** The mail of an invitation that is not inert. */
const mailedCode = async ({ registered }: InvitationModel, email: string) =>
  registered.has(email) ? undefined : await gateway.mails.nextCode(email);
const renew = async (world: InvitationModel, expected: ExpectedInvitation) => {
  expected.code = await mailedCode(world, expected.email);
  expected.expiresAt = now() + LIFETIME_HOURS * 3_600_000;
  expected.wrongAttempts = 0;
};

const actions: Record<Step[0], (world: InvitationModel, one: number, other: number) => Promise<void>> = {
  async invite(world, one, other) {
    const [host, email] = [pick(world.hosts, one), pick(world.emails, other)];
    if (!host || host.isDeleted || !email) return;
    gateway.clock.move({ hours: 1 });
    const answer = await host.phone.client.invite({ handle: { email } });
    if (answer.__typename !== "InvitationSent") throw new Error(JSON.stringify(answer));
    expect(answer.invitation).toMatchObject({ email, status: "PENDING" });
    const waiting = world.invitations.find((known) => known.host === host && known.email === email && known.status === "PENDING");
    if (waiting) expect(answer.invitation.id).toBe(waiting.id);
    const expected: ExpectedInvitation = waiting ?? {
      id: answer.invitation.id,
      host,
      email,
      status: "PENDING",
      code: "",
      expiresAt: 0,
      wrongAttempts: 0,
    };
    if (!waiting) world.invitations.push(expected);
    await renew(world, expected);
  },
  async resend(world, one) {
    const expected = pick(world.invitations, one);
    if (!expected || expected.host.isDeleted) return;
    gateway.clock.move({ hours: 1 });
    const answer = await expected.host.phone.client
      .resendInvitation({ invitationId: expected.id })
      .catch(({ code }: { code: string }) => code);
    if (expected.status !== "PENDING") return void expect(answer).toBe("FORBIDDEN");
    expect(answer).toMatchObject({ invitation: { id: expected.id, status: "PENDING" } });
    await renew(world, expected);
  },
  async revoke(world, one) {
    const expected = pick(world.invitations, one);
    if (!expected || expected.host.isDeleted) return;
    const answer = await expected.host.phone.client
      .revokeInvitation({ invitationId: expected.id })
      .catch(({ code }: { code: string }) => code);
    if (expected.status === "ACCEPTED") return void expect(answer).toBe("FORBIDDEN");
    expect(answer).toMatchObject({ invitation: { status: "REVOKED" } });
    expected.status = "REVOKED";
  },
  async accept(world, one) {
    const expected = pick(world.invitations, one);
    if (!expected?.code) return;
    await tryCode(world, expected.email, expected.code);
  },
  async guess(world, one) {
    const email = pick(world.emails, one) ?? "";
    await tryCode(world, email, wrongCode(world.invitations.map(({ code }) => code)));
  },
  async "sign-up"(world, one) {
    const email = pick(world.emails, one) ?? "";
    if (world.registered.has(email)) return;
    await join(email);
    register(world, email);
  },
  async wait(_world, one) {
    gateway.clock.move({ hours: one % 3 === 0 ? 12 : LIFETIME_HOURS });
  },
  async leave(world, one) {
    const host = pick(world.hosts, one);
    if (!host || host.isDeleted) return;
    await host.phone.client.reauthenticate({ password: PASSWORD });
    expect(await host.phone.client.deleteAccount()).toMatchObject({ __typename: "AccountDeleted" });
    host.isDeleted = true;
    for (const expected of world.invitations.filter((known) => known.host === host && known.status === "PENDING"))
      expected.status = "REVOKED";
  },
};

/** The address gets an account, which revokes its other pending invitations. */
function register(world: InvitationModel, email: string, accepted?: ExpectedInvitation): void {
  world.registered.add(email);
  for (const expected of world.invitations.filter((known) => known.email === email && known.status === "PENDING"))
    expected.status = expected === accepted ? "ACCEPTED" : "REVOKED";
}

/** Tries a code: every live invitation of the address counts the attempt, and the first with this code is accepted. */
async function tryCode(world: InvitationModel, email: string, code: string): Promise<void> {
  const live = world.invitations.filter((known) => known.email === email && isLive(known));
  for (const expected of live) expected.wrongAttempts++;
  const fitting = live.find((expected) => expected.code === code && expected.wrongAttempts <= 5);
  const guest = createDevice(gateway, application);
  const answer = await guest.client.acceptInvitation({ handle: { email }, code, password: PASSWORD });
  expect(answer.__typename).toBe(fitting ? "LoggedIn" : "InvalidCode");
  if (fitting) register(world, email, fitting);
}

async function compare({ hosts, invitations }: InvitationModel): Promise<void> {
  for (const host of hosts.filter(({ isDeleted }) => !isDeleted)) {
    const { edges } = await host.phone.client.invitations({ first: 50 });
    const expected = invitations.filter((known) => known.host === host);
    const statusOf = (known: ExpectedInvitation) => (known.status === "PENDING" && !isLive(known) ? "EXPIRED" : known.status);
    const shown = new Map(edges.map(({ node }) => [node.id, node.status]));
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected.map((known) => [known.id, statusOf(known)])));
  }
}

it("invitations - any sequence of actions of two hosts and two guests - match the model after every step", async () => {
  const step = fc.tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<Step[0]>("invite") },
      { weight: 3, arbitrary: fc.constantFrom<Step[0]>("accept", "resend", "wait") },
      { weight: 2, arbitrary: fc.constantFrom<Step[0]>("revoke", "guess", "sign-up", "leave") },
    ),
    fc.nat(100),
    fc.nat(100),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const world = await createModel();
      for (const [deed, one, other] of steps) {
        await actions[deed](world, one, other);
        await compare(world);
      }
    }),
    { numRuns: Number(process.env["RACE_ROUNDS"] ?? 5), endOnFailure: true },
  );
});

it("invitations - five wrong codes, then the right one - are rejected until they are resent", async () => {
  const world = await createModel();
  await actions.invite(world, 0, 0);
  for (let index = 0; index < 5; index++) await actions.guess(world, 0, 0);
  await actions.accept(world, 0, 0);
  expect(world.registered.size).toBe(0);
  await actions.resend(world, 0, 0);
  await actions.accept(world, 0, 0);
  expect(world.registered.size).toBe(1);
  await compare(world);
});
