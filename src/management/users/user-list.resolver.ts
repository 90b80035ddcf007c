import { Arg, FieldResolver, ID, Int, Resolver, Root } from "type-graphql";
import { canonicalEmail, type UserRepository } from "../../domain/users/index.js";
import { Refusal } from "../../platform/errors/index.js";
import { requirePage } from "../../platform/pagination/index.js";
import { ManagedApplicationView } from "../application.types.js";
import { ManagedUserView } from "../user.types.js";
import { UserConnection, UserFilter } from "./users.types.js";

/** Longer than any address. */
const LONGEST_SEARCH = 320;

@Resolver(() => ManagedApplicationView)
export class UserListResolver {
  constructor(private readonly rows: UserRepository) {}

  @FieldResolver(() => UserConnection.type, { description: "The application's users, newest first. `first` at most 100." })
  async users(
    @Root() { id }: ManagedApplicationView,
    @Arg("filter", () => UserFilter, { nullable: true }) given: UserFilter | undefined,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
  ): Promise<object> {
    const page = requirePage(first, after);
    const filter = toFilter(given ?? {});
    return UserConnection.from(await this.rows.listPage(id, filter, page), page, () => this.rows.countMatches(id, filter));
  }

  @FieldResolver(() => ManagedUserView, {
    nullable: true,
    description: "One of its users. Null together with FORBIDDEN when there is no such user here.",
  })
  async user(@Root() { id: applicationId }: ManagedApplicationView, @Arg("id", () => ID) id: string): Promise<ManagedUserView> {
    const user = await this.rows.findById(applicationId, id);
    if (!user) throw new Refusal("FORBIDDEN");
    return ManagedUserView.from(user);
  }
}

function toFilter({ search, isAnonymous, status }: UserFilter) {
  if (search && search.length > LONGEST_SEARCH) throw new Refusal("BAD_USER_INPUT", { path: "filter.search" });
  return {
    // A whole address is looked for as it is stored: its domain may have been typed in another script.
    ...(search ? { search: canonicalEmail(search) ?? search.trim().toLowerCase() } : {}),
    ...(isAnonymous == null ? {} : { isAnonymous }),
    ...(status == null ? {} : { status }),
  };
}
