import { defineConfig } from "vite";

// Paths in the page are relative to /playground, those in assets to each other: a gateway below a path prefix works too.
export default defineConfig({
  base: "./",
  resolve: { dedupe: ["graphql", "react", "react-dom"] },
  build: {
    outDir: "../dist/playground",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Its own files stay files.
    assetsInlineLimit: 0,
    // Monaco is one piece of more than a megabyte.
    chunkSizeWarningLimit: 5_000,
  },
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `playground/${file}` : { relative: true }),
  },
});
