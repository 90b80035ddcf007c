export { AuditEventEntity } from "./audit-event.entity.js";
export { AuditLog, BACK_END, type RequestOrigin } from "./audit-log.js";
