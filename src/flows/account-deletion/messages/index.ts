export { accountDeleted } from "./account-deleted.js";
