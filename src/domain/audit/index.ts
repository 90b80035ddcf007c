export { AuditEventEntity } from "./audit-event.entity.js";
export { AuditLog, BACK_END } from "./audit-log.js";
