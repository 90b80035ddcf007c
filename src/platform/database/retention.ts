import { IsNull, LessThan, type ObjectLiteral } from "typeorm";
import { addSeconds } from "../clock.js";
import type { Transaction } from "./database.js";

const DAY_SECONDS = 86_400;

/** How long the rows of an entity are kept. */
export interface RetentionRule<Property extends string = string, Row extends ObjectLiteral = ObjectLiteral> {
  readonly entity: new () => ObjectLiteral;
  /** The instant from which rows are kept for some more days and then deleted; never while it is null. */
  readonly expiry: "never" | { readonly property: Property; readonly keptDays: number };
  /** Whether rows are deleted together with the application they belong to. */
  readonly onApplicationDeleted: "keep" | "delete";
  /** What was used or revoked since a backup must not become valid again by restoring it. */
  readonly onRestore: "keep" | "delete" | readonly RestoreRule<Row>[];
}
/** Concerns the rows with the values of `where`; null matches NULL. */
interface RestoreRule<Row extends ObjectLiteral> {
  readonly where: Row;
  readonly change: "delete" | ((restoredAt: Date) => Row);
}

/** The rule of one entity, whose properties the compiler checks. */
export const retain = <Entity extends ObjectLiteral>(
  entity: new () => Entity,
  rule: Omit<RetentionRule<keyof Entity & string, Partial<Entity>>, "entity">,
): RetentionRule => ({ entity, ...rule });

/** Deletes the rows of an application, in the order of the rules. */
export async function deleteByApplication({ manager }: Transaction, rules: readonly RetentionRule[], applicationId: string): Promise<void> {
  for (const { entity, onApplicationDeleted } of rules)
    if (onApplicationDeleted === "delete") await manager.delete(entity, { applicationId });
}

/** Deletes at most `limit` rows that expired before `instant`, except those renewed meanwhile; returns how many it found. */
export async function deleteExpired(
  { manager }: Transaction,
  { entity, expiry }: RetentionRule,
  instant: Date,
  limit: number,
): Promise<number> {
  if (expiry === "never") return 0;
  const metadata = manager.dataSource.getMetadata(entity);
  const isExpired = { [expiry.property]: LessThan(addSeconds(instant, -expiry.keptDays * DAY_SECONDS)) };
  const select = Object.fromEntries(metadata.primaryColumns.map(({ propertyName }) => [propertyName, true]));
  const rows = await manager.find(entity, { where: isExpired, take: limit, select });
  for (const row of rows) await manager.delete(entity, { ...metadata.getEntityIdMap(row), ...isExpired });
  return rows.length;
}

/** Applies the restore rule of every entity. */
export async function invalidateAfterRestore({ manager }: Transaction, rules: readonly RetentionRule[], restoredAt: Date): Promise<void> {
  for (const { entity, onRestore } of rules) {
    if (onRestore === "keep") continue;
    if (onRestore === "delete") {
      await manager.createQueryBuilder().delete().from(entity).execute();
      continue;
    }
    for (const rule of onRestore) await applyRestoreRule(manager, entity, rule, restoredAt);
  }
}

async function applyRestoreRule(
  manager: Transaction["manager"],
  entity: RetentionRule["entity"],
  rule: RestoreRule<ObjectLiteral>,
  restoredAt: Date,
): Promise<void> {
  const where = Object.fromEntries(Object.entries(rule.where).map(([property, value]) => [property, value ?? IsNull()]));
  if (rule.change === "delete") await manager.delete(entity, where);
  else await manager.update(entity, where, rule.change(restoredAt));
}
