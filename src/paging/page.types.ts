import { Field, ObjectType } from "type-graphql";
import { cursorOf, type PageRequest, type Position } from "./page.js";

@ObjectType({ description: "Where a list stands." })
export class PageInfo {
  @Field(() => Boolean, { description: "True when there is more after endCursor." })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: "The last cursor of this page; null for an empty one." })
  endCursor!: string | null;

  /** Of a page cut from one row more than was asked for, so that the last one knows that it is. */
  static from(rows: readonly Position[], { first }: PageRequest): PageInfo {
    const last = rows.slice(0, first).at(-1);
    return Object.assign(new PageInfo(), { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null });
  }
}
