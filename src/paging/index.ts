export { cursorOf, type PageRequest, requirePage } from "./page.js";
export { PageInfo } from "./page.types.js";
