#!/usr/bin/env node
// The entry of a built gateway, copied to dist/src/main.js.
import { createRequire } from "node:module";
import { readBundle } from "./bundle-loader.js";

// Node maps stack traces to src/ for files it loads itself, so the compiled copy is not used then.
if (process.sourceMapsEnabled) createRequire(import.meta.url)("./latchkey.cjs");
else readBundle(import.meta.dirname).run();
