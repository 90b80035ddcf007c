export { invitation } from "./invitation.js";
