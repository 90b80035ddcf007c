export { accountActivated } from "./account-activated.js";
export { accountCreated } from "./account-created.js";
export { accountSuspended } from "./account-suspended.js";
