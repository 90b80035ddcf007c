export { AuditEventEntity } from "./audit-event.entity.js";
export { type AuditEvent, auditEvents } from "./audit-events.js";
export { AuditLog } from "./audit-log.js";
export type { RecordedEvent } from "./recorded-event.js";
