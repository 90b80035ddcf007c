import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

export interface DocumentLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly queryFields: number;
  /** Fields after fragments are expanded. */
  readonly selections: number;
}
export const documentLimits: DocumentLimits = { depth: 8, aliases: 10, directives: 10, queryFields: 5, selections: 2000 };
export const MAX_DOCUMENT_TOKENS = 1000;

/** Size of a selection set with its fragments expanded. */
interface Measure {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly introspectionFields: number;
}
const emptyMeasure: Measure = { depth: 0, aliases: 0, fields: 0, rootFields: 0, introspectionFields: 0 };
const infiniteMeasure: Measure = { ...emptyMeasure, depth: Number.POSITIVE_INFINITY };

/**
 * A validation rule that limits the size of one document, in time linear in its length: each fragment is measured once. A mutation may have
 * only one root field, so that one request is one attempt.
 */
export function limitDocuments(limits: DocumentLimits, allowsIntrospection: boolean) {
  return (context: ValidationContext): ASTVisitor => {
    let directives = 0;
    return {
      Directive: () => {
        directives++;
      },
      Document: {
        leave: ({ definitions }) => {
          const fragments = new Map<string, FragmentDefinitionNode>();
          for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
          const measure = createMeasurer(fragments);
          const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
          const isOver = operations.some((operation) => exceeds(operation, measure(operation.selectionSet), limits, allowsIntrospection));
          // graphql-js reports an operation type that the schema lacks (subscription) only on execution.
          if (operations.some(({ operation }) => !context.getSchema().getRootType(operation)))
            context.reportError(new GraphQLError("The schema does not support this operation type"));
          if (directives > limits.directives || isOver) context.reportError(new GraphQLError("The document exceeds a limit"));
        },
      },
    };
  };
}

function exceeds({ operation }: OperationDefinitionNode, measured: Measure, limits: DocumentLimits, allowsIntrospection: boolean): boolean {
  const isIntrospection = measured.introspectionFields > 0 && measured.introspectionFields === measured.rootFields;
  if (allowsIntrospection && isIntrospection) return measured.fields > limits.selections;
  const rootLimit = operation === OperationTypeNode.MUTATION ? 1 : limits.queryFields;
  const { depth, aliases, fields, rootFields } = measured;
  return depth > limits.depth || aliases > limits.aliases || fields > limits.selections || rootFields > rootLimit;
}

function createMeasurer(fragments: ReadonlyMap<string, FragmentDefinitionNode>): (set: SelectionSetNode) => Measure {
  const measures = new Map<string, Measure>();
  const measureFragment = (name: string): Measure => {
    const cached = measures.get(name);
    if (cached) return cached;
    const fragment = fragments.get(name);
    if (!fragment) return emptyMeasure;
    measures.set(name, infiniteMeasure); // marks a cycle: the fragment is reached again while it is being measured
    const measured = measure(fragment.selectionSet);
    measures.set(name, measured);
    return measured;
  };
  const measure = ({ selections }: SelectionSetNode): Measure => {
    let total = emptyMeasure;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) total = add(total, measureFragment(selection.name.value));
      else if (selection.kind === Kind.INLINE_FRAGMENT) total = add(total, measure(selection.selectionSet));
      else {
        const inner = selection.selectionSet ? measure(selection.selectionSet) : emptyMeasure;
        const name = selection.name.value;
        total = add(total, {
          depth: inner.depth + 1,
          aliases: inner.aliases + (selection.alias ? 1 : 0),
          fields: inner.fields + 1,
          rootFields: name === "__typename" ? 0 : 1,
          introspectionFields: name === "__schema" || name === "__type" ? 1 : 0,
        });
      }
    }
    return total;
  };
  return measure;
}

const add = (a: Measure, b: Measure): Measure => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  fields: a.fields + b.fields,
  rootFields: a.rootFields + b.rootFields,
  introspectionFields: a.introspectionFields + b.introspectionFields,
});
