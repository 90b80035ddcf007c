export { passwordGuessing } from "./password-guessing.js";
