import { type ClassType, Field, Int, ObjectType } from "type-graphql";
import { type CursorPosition, encodeCursor, type PageRequest } from "../platform/pagination/index.js";

@ObjectType({ description: "Pagination information of a list." })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether more items follow after endCursor." })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: "Cursor of the last item of this page; null if the page is empty." })
  endCursor!: string | null;
}

interface ConnectionDefinition<Row extends CursorPosition, View extends object> {
  /** Name of the node's type in the schema; the edge and connection types are named after it. */
  readonly name: string;
  readonly node: ClassType<View>;
  readonly toNode: (row: Row) => View;
  readonly description: string;
  readonly nodeDescription: string;
  /** Description of the nullable field totalCount; without it the type has no such field. */
  readonly totalCount?: string;
}
/** A list as a Relay connection (GraphQL Cursor Connections Specification). */
export interface Connection<Row extends CursorPosition> {
  readonly type: ClassType;
  /** Builds a page. `rows` may contain one more than requested, which shows that there is a next page. */
  from(rows: readonly Row[], page: PageRequest, count?: () => Promise<number | null>): object;
}

/** Defines the edge and connection types of one list and how rows become a page. The count runs only if a client selects it. */
export function defineConnection<Row extends CursorPosition, View extends object>(
  definition: ConnectionDefinition<Row, View>,
): Connection<Row> {
  const { name, node, toNode, description, nodeDescription, totalCount } = definition;

  @ObjectType(`${name}Edge`, { description: `${nodeDescription} in a list.` })
  class EdgeType {
    @Field(() => String, { description: "Cursor of this item; pass it as `after` to get the items that follow." })
    cursor!: string;

    @Field(() => node, { description: `${nodeDescription}.` })
    node!: View;
  }

  @ObjectType(`${name}Connection`, { description })
  class ConnectionType {
    @Field(() => [EdgeType], { description: "Edges of this page." })
    edges!: EdgeType[];

    @Field(() => PageInfo, { description: "Pagination information." })
    pageInfo!: PageInfo;

    readonly count: () => Promise<number | null> = async () => null;

    get totalCount(): Promise<number | null> {
      return this.count();
    }
  }
  if (totalCount) Field(() => Int, { nullable: true, description: totalCount })(ConnectionType.prototype, "totalCount");

  return {
    type: ConnectionType,
    from: (rows, page, count) => {
      const shown = rows.slice(0, page.first);
      const last = shown.at(-1);
      const pageInfo = { hasNextPage: rows.length > page.first, endCursor: last ? encodeCursor(last) : null };
      return Object.assign(new ConnectionType(), {
        edges: shown.map((row) => Object.assign(new EdgeType(), { cursor: encodeCursor(row), node: toNode(row) })),
        pageInfo: Object.assign(new PageInfo(), pageInfo),
        ...(count ? { count } : {}),
      });
    },
  };
}
