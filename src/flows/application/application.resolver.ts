import { Ctx, Query, Resolver } from "type-graphql";
import type { FlowContext } from "../../graphql/index.js";
import { ApplicationView } from "./application.types.js";

@Resolver()
export class ApplicationResolver {
  @Query(() => ApplicationView, { description: "The application identified by X-App-Key. Public: requires no session." })
  application(@Ctx() { application }: FlowContext): ApplicationView {
    return ApplicationView.from(application);
  }
}
