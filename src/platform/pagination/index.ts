export { type CursorPosition, encodeCursor, type PageRequest, requirePage } from "./page.js";
