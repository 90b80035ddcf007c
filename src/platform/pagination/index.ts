export { cursorOf, type PageRequest, type Position, requirePage } from "./page.js";
