export { LatchkeyClient, type LatchkeyOptions } from "./client.js";
export { LatchkeyError, type LatchkeyErrorCode } from "./errors.js";
export type * from "./operations.generated.js";
export { localStorageStore, memoryStore, type SessionStore } from "./stores.js";
export type * from "./types.generated.js";
