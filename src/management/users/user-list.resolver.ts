import { Arg, FieldResolver, ID, Int, Resolver, Root } from "type-graphql";
import { canonicalEmail, type UserRepository } from "../../domain/users/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import { requirePage } from "../../platform/pagination/index.js";
import { ManagedApplicationView } from "../application.types.js";
import { ManagedUserView } from "../user.types.js";
import { UserConnection, UserFilter } from "./users.types.js";

/** Longer than any address. */
const MAX_SEARCH_LENGTH = 320;

@Resolver(() => ManagedApplicationView)
export class UserListResolver {
  constructor(private readonly repository: UserRepository) {}

  @FieldResolver(() => UserConnection.type, { description: "Users of the application, newest first. `first` is at most 100." })
  async users(
    @Root() { id }: ManagedApplicationView,
    @Arg("filter", () => UserFilter, { nullable: true }) filterInput: UserFilter | undefined,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
  ): Promise<object> {
    const page = requirePage(first, after);
    const filter = toFilter(filterInput ?? {});
    return UserConnection.from(await this.repository.listPage(id, filter, page), page, () => this.repository.countMatches(id, filter));
  }

  @FieldResolver(() => ManagedUserView, {
    nullable: true,
    description: "A user of the application. Null together with FORBIDDEN if the application has no such user.",
  })
  async user(@Root() { id: applicationId }: ManagedApplicationView, @Arg("id", () => ID) id: string): Promise<ManagedUserView> {
    const user = await this.repository.findById(applicationId, id);
    if (!user) throw new GatewayError("FORBIDDEN");
    return ManagedUserView.from(user);
  }
}

function toFilter({ search, isAnonymous, status }: UserFilter) {
  if (search && search.length > MAX_SEARCH_LENGTH) throw new GatewayError("BAD_USER_INPUT", { path: "filter.search" });
  return {
    // A whole address is looked for as it is stored: its domain may have been typed in another script.
    ...(search ? { search: canonicalEmail(search) ?? search.trim().toLowerCase() } : {}),
    ...(isAnonymous == null ? {} : { isAnonymous }),
    ...(status == null ? {} : { status }),
  };
}
