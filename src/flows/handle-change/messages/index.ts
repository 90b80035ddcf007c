export { handleChangeAnnounced } from "./handle-change-announced.js";
export { handleChangeCode } from "./handle-change-code.js";
export { handleChangeNotice } from "./handle-change-notice.js";
export { handleChanged } from "./handle-changed.js";
