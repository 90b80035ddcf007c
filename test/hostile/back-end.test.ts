import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { describe, expect, it } from "vitest";
import { InviteDocument } from "../support/generated/authentication.js";
import {
  ActivateUserDocument,
  CreateInvitationDocument,
  CreateUserDocument,
  DeleteUserDocument,
  EndUserSessionsDocument,
  ManagedInvitationsDocument,
  ManagedUserDocument,
  ManagedUsersDocument,
  ResendManagedInvitationDocument,
  RevokeManagedInvitationDocument,
  SendPasswordResetDocument,
  SuspendUserDocument,
  UnlockUserDocument,
  UpdateUserMetadataDocument,
} from "../support/generated/management.js";
import { hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";
interface Ids {
  readonly applicationId: string;
  readonly userId: string;
  readonly invitationId: string;
}
interface Operation {
  readonly name: string;
  readonly document: TypedDocumentNode<unknown, never>;
  readonly takesObject: boolean;
  variables(ids: Ids): object;
}
const operation = <Variables>(
  name: string,
  document: TypedDocumentNode<unknown, Variables>,
  variables: (ids: Ids) => Variables & object,
  takesObject = true,
): Operation => ({ name, document: document as Operation["document"], variables, takesObject });

const nameOf = ({ definitions: [first] }: TypedDocumentNode<unknown, never>) =>
  (first?.kind === "OperationDefinition" && first.name?.value) || "";

/** What a back end can do, on objects with these ids. */
const operations: readonly Operation[] = [
  operation("users", ManagedUsersDocument, ({ applicationId }) => ({ applicationId, first: 10 }), false),
  operation("invitations", ManagedInvitationsDocument, ({ applicationId }) => ({ applicationId, first: 10 }), false),
  operation("user", ManagedUserDocument, ({ applicationId, userId }) => ({ applicationId, userId })),
  operation(
    "createInvitation",
    CreateInvitationDocument,
    ({ applicationId }) => ({ input: { applicationId, email: uniqueEmail() } }),
    false,
  ),
  operation("createUser", CreateUserDocument, ({ applicationId }) => ({ input: { applicationId, email: uniqueEmail() } }), false),
  operation("resendInvitation", ResendManagedInvitationDocument, ({ applicationId, invitationId }) => ({
    input: { applicationId, invitationId },
  })),
  operation("revokeInvitation", RevokeManagedInvitationDocument, ({ applicationId, invitationId }) => ({
    input: { applicationId, invitationId },
  })),
  operation("updateUserMetadata", UpdateUserMetadataDocument, ({ applicationId, userId }) => ({
    input: { applicationId, userId, metadata: {} },
  })),
  ...[
    SendPasswordResetDocument,
    EndUserSessionsDocument,
    SuspendUserDocument,
    ActivateUserDocument,
    UnlockUserDocument,
    DeleteUserDocument,
  ].map((document) =>
    operation(nameOf(document), document as never, ({ applicationId, userId }) => ({ input: { applicationId, userId } })),
  ),
];
const send = ({ document, variables }: Operation, ids: Ids, bearer = fixture.a.secretKey) =>
  fixture.gateway.management(bearer).run(document, variables(ids) as never);
const ownIds = () => ({ applicationId: fixture.a.id, userId: fixture.u1.tokens.user.id, invitationId: UNKNOWN_ID });
/** An invitation by the user of APP_B who has the same address as u1. */
const foreignInvitation = async () => {
  const { invite } = await fixture.sameEmailPerson.client.expect(InviteDocument, {
    input: { handle: { email: "guest.in.b@mail.example" } },
  });
  return invite.__typename === "InvitationSent"
    ? invite.invitation.id
    : ((await fixture.gateway.query<{ id: string }>("SELECT id FROM invitations"))[0]?.id ?? "");
};

describe("authentication of the back end", () => {
  it.each(
    operations,
  )("TN-20 $name - user tokens, application keys, other secret keys, no bearer token - rejected, nothing changes", async (one) => {
    const { sessionToken, refreshToken, jwt, deviceToken } = fixture.u1.tokens;
    const invalidBearers = [sessionToken, refreshToken, jwt, deviceToken ?? "", fixture.a.appKey, `lk_sec_${"A".repeat(43)}`, "x"];
    await fixture.expectUnchanged(async () => {
      for (const bearer of invalidBearers) {
        const answer = await send(one, ownIds(), bearer);
        expect([outcomeOf(answer), answer.data]).toEqual(["UNAUTHENTICATED", expect.not.objectContaining({ application: {} })]);
      }
      expect(outcomeOf(await fixture.gateway.management().run(one.document, one.variables(ownIds()) as never))).toBe("UNAUTHENTICATED");
      expect(outcomeOf(await send(one, ownIds(), fixture.b.secretKey))).toBe("FORBIDDEN");
    });
  });

  it.each(
    operations,
  )("IN-12 $name - application suspended - its key is rejected immediately, and accepted after reactivation", async (one) => {
    const { gateway, b, sameEmailPerson } = fixture;
    const ids = { applicationId: b.id, userId: sameEmailPerson.tokens.user.id, invitationId: UNKNOWN_ID };
    await gateway.configure(b.id, "general.status=SUSPENDED");
    expect(outcomeOf(await send(one, ids, b.secretKey))).toBe("UNAUTHENTICATED");
    await gateway.configure(b.id, "general.status=ACTIVE");
  });
});

describe("authorisation by application", () => {
  it.each(operations)("TN-01 TN-06 $name - ids of another application - FORBIDDEN as for unknown ids, nothing changes", async (one) => {
    const { a, b, sameEmailPerson } = fixture;
    const userId = sameEmailPerson.tokens.user.id;
    const invitationId = await foreignInvitation();
    await fixture.expectUnchanged(async () => {
      const theirs = await send(one, { applicationId: b.id, userId, invitationId });
      const nothing = await send(one, { applicationId: UNKNOWN_ID, userId: UNKNOWN_ID, invitationId: UNKNOWN_ID });
      expect([outcomeOf(theirs), theirs.text]).toEqual(["FORBIDDEN", nothing.text]);
      if (!one.takesObject) return;
      const mixed = await send(one, { applicationId: a.id, userId, invitationId });
      const guess = await send(one, { applicationId: a.id, userId: UNKNOWN_ID, invitationId: UNKNOWN_ID });
      expect([mixed.errors[0]?.extensions.code, mixed.text]).toEqual(["FORBIDDEN", guess.text]);
    });
  });

  it("TN-02 users, invitations - lists, searches, counts, cursors of another application - return only the caller's own", async () => {
    const { gateway, a, a2, b, u1 } = fixture;
    const ask = async (application: typeof a, variables: object = {}) => {
      const answer = await gateway
        .management(application.secretKey)
        .run(ManagedUsersDocument, { applicationId: application.id, first: 1, ...variables });
      return answer.data?.application?.users;
    };
    const { email } = u1;
    expect((await ask(a2))?.totalCount).toBe(0);
    expect(await ask(b)).toMatchObject({ totalCount: 1, edges: [{ node: { email } }] });
    const ids = await Promise.all([a, b].map(async (one) => (await ask(one, { filter: { search: email } }))?.edges[0]?.node.id));
    expect(ids).toEqual([u1.tokens.user.id, fixture.sameEmailPerson.tokens.user.id]);
    const foreign = (await ask(a))?.pageInfo.endCursor ?? "";
    expect((await ask(a2, { after: foreign }))?.edges).toEqual([]);
  });
});

describe("invalid arguments", () => {
  it("IL-16 users, invitations - invalid page sizes, altered cursors - rejected with the argument's name", async () => {
    const { gateway, a } = fixture;
    const backEnd = gateway.management(a.secretKey);
    const encode = (text: string) => Buffer.from(text).toString("base64url");
    for (const document of [ManagedUsersDocument, ManagedInvitationsDocument]) {
      const ask = async (variables: object) => {
        const { errors, data } = await backEnd.run(document as typeof ManagedUsersDocument, {
          applicationId: a.id,
          first: 1,
          ...variables,
        });
        return errors[0]?.extensions.code ?? Object.keys(data ?? {})[0];
      };
      for (const first of [-1, 0, 101, 1e9, 2 ** 53, "1", null, 1.5, [1], true])
        expect([first, await ask({ first })]).toEqual([first, "BAD_USER_INPUT"]);
      const time = Date.now();
      const tampered = [
        ...["", " ", "x", "null", encode("1 2"), encode(`${time} ${UNKNOWN_ID}x`), encode(`-1 ${UNKNOWN_ID}`), encode(`1e9 ${UNKNOWN_ID}`)],
        ...[encode(`${time} ' OR 1=1 -- xxxxxxxxxxxxxxxxxxxxxxxxx`), encode(`99999999999999 ${UNKNOWN_ID}`), "A".repeat(9000)],
      ];
      for (const after of tampered) expect([after, await ask({ after })]).toEqual([after, "BAD_USER_INPUT"]);
      // A made-up place is a place like any other.
      for (const at of [0, time, 9_999_999_999_999])
        expect([at, await ask({ after: encode(`${at} ${UNKNOWN_ID}`) })]).toEqual([at, "application"]);
    }
  });

  it("IL-14 IL-18 users - filters that are objects, lists, long texts - rejected, or nothing is found", async () => {
    const { gateway, a } = fixture;
    const ask = async (filter: unknown) => {
      const answer = await gateway
        .management(a.secretKey)
        .run(ManagedUsersDocument, { applicationId: a.id, first: 1, filter: filter as never });
      return answer.errors[0]?.extensions.code ?? answer.data?.application?.users.edges.length;
    };
    for (const filter of [
      { search: { $gt: "" } },
      { search: ["a"] },
      { status: "ANY" },
      { isAnonymous: 1 },
      { email: "x" },
      "x",
      { search: "a".repeat(50_000) },
    ])
      expect([filter, await ask(filter)]).toEqual([filter, "BAD_USER_INPUT"]);
    expect(await ask({ search: "\\" })).toBe(0);
    expect(await ask({ search: "' OR '1'='1" })).toBe(0);
  });

  it("TN-07 back end - every field reachable from its application - contains no secret, hash, code or key", async () => {
    const { gateway, a } = fixture;
    const query = `query ($id: ID!) { application(id: $id) { users(first: 100) { edges { node { id email metadata sessions { id userAgent }
      invitedBy { id } } } } invitations(first: 100) { edges { node { id inviter { id } } } } keys { id publicKeyPem } } }`;
    const refused = await gateway
      .management(a.secretKey)
      .post({ query: query.replace("email metadata", "passwordHash"), variables: { id: a.id } });
    expect(refused.errors[0]?.extensions.code).toBe("DOCUMENT_REFUSED");
    const { a: ownIds, bystander } = fixture;
    const answer = await fetch(`${gateway.url}/management/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${ownIds.secretKey}`, "x-forwarded-for": "198.51.100.7" },
      body: JSON.stringify({ query, variables: { id: a.id } }),
    });
    const text = await answer.text();
    expect(text).toContain(bystander.email);
    expect(text).not.toMatch(/lk_|\$2b\$|PRIVATE/);
  });
});
