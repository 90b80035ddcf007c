import type { Client } from "./client.js";
import type { TestApplication, TestGateway } from "./gateway.js";
import { type AcceptInvitationInput, MeDocument } from "./generated/authentication.js";
import { ManagedUserDocument } from "./generated/management.js";
import { PASSWORD, signUpPerson, type TestPerson, uniqueEmail } from "./people.js";

const FIELDS = [
  { path: "nickname" },
  { path: "team", setBy: "INVITER", allowedValues: ["red", "blue"] },
  { path: "role", setBy: "DEVELOPER", default: "member", editable: false },
  { path: "notes", setBy: "DEVELOPER", type: "JSON" },
];
export const NEW_PASSWORD = "amber walrus picnic";
/** Result of `auditEntriesFor` for one event caused by the back end. */
export const oneBackEndEntry = [["BACK_END", true]];

/** An application with metadata fields, its back end, and its users' clients. */
export class BackEndFixture {
  private constructor(
    readonly gateway: TestGateway,
    readonly application: TestApplication,
    readonly client: Client,
  ) {}

  static async start(gateway: TestGateway): Promise<BackEndFixture> {
    const fields = `metadata.fields=${JSON.stringify(FIELDS)}`;
    const application = await gateway.createApplication("Blue Heron", fields, 'locales.supported=["en","de","fr"]');
    return new BackEndFixture(gateway, application, gateway.management(application.secretKey));
  }

  signUpPerson = (email = uniqueEmail()) => signUpPerson(this.gateway, this.application, email);

  /** Input that identifies a user of this application. */
  userInput = (userId: string) => ({ input: { applicationId: this.application.id, userId } });

  invitationInput = (invitationId: string) => ({ input: { applicationId: this.application.id, invitationId } });

  async getUser(userId: string) {
    const { application: found } = await this.client.expect(ManagedUserDocument, { applicationId: this.application.id, userId });
    if (!found?.user) throw new Error("No user");
    return found.user;
  }

  /** A user invites a guest by mail. */
  async inviteGuest(inviter: TestPerson, email = uniqueEmail("guest")) {
    const answer = await inviter.client.operations.invite({ handle: { email } });
    if (answer.__typename !== "InvitationSent") throw new Error(JSON.stringify(answer));
    return { email, id: answer.invitation.id };
  }

  async accept(email: string, code: string, more: Partial<AcceptInvitationInput> = {}) {
    return await this.application.client.operations.acceptInvitation({ handle: { email }, code, password: PASSWORD, ...more });
  }

  /** Accepts an invitation with the mailed code; returns the new user's id. */
  async join(email: string): Promise<string> {
    const joined = await this.accept(email, await this.gateway.mails.nextCode(email));
    if (joined.__typename !== "LoggedIn") throw new Error(JSON.stringify(joined));
    return joined.user.id;
  }

  async reset(email: string, code: string) {
    return await this.application.client.operations.resetPassword({ handle: { email }, code, newPassword: NEW_PASSWORD });
  }

  async tryLogIn(email: string, client = this.application.client, more: { password?: string; deviceToken?: string | null } = {}) {
    return (await client.operations.logIn({ handle: { email }, password: PASSWORD, ...more })).__typename;
  }

  async isSignedIn({ client }: TestPerson): Promise<boolean> {
    const { errors, data } = await client.run(MeDocument, {});
    if (errors.length > 0 && errors[0]?.extensions.code !== "UNAUTHENTICATED") throw new Error(JSON.stringify(errors));
    return data?.me != null;
  }

  async refresh({ tokens }: TestPerson) {
    return (await this.application.client.operations.refreshSession({ refreshToken: tokens.refreshToken })).__typename;
  }

  /** Audit entries of an event for a user or invitation: the actor, and whether client address and request id are recorded. */
  async auditEntriesFor(event: string, subjectId: string) {
    const rows = await this.gateway.query<{ actor: string; details: string; address: string | null; request_id: string | null }>(
      "SELECT actor, details, address, request_id FROM audit_events WHERE event = ? AND application_id = ?",
      [event, this.application.id],
    );
    const own = rows.filter(({ details }) => details.includes(subjectId));
    return own.map(({ actor, address, request_id: requestId }) => [actor, address !== null && requestId !== null]);
  }

  /** Number of mails to an address whose subject matches. */
  countMails = (address: string, subject: RegExp) =>
    this.gateway.mails.received.filter((mail) => mail.to === address && subject.test(mail.subject)).length;
}
