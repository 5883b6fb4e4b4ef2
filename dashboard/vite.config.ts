import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The API that `npm run dev` talks to: `make run`.
const API = process.env.API ?? "http://127.0.0.1:5000";

export default defineConfig({
  plugins: [react()],
  // Relative, so that the page also works below a deployment's stage or a proxy's path.
  base: "./",
  publicDir: false,
  build: {
    outDir: "../functions/site/page",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy forbids inline data beyond images; what is small is a file like the rest.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": API, "/docs": API, "/openapi.json": API, "/health": API } },
  test: { include: ["tests/**/*.test.ts"], environment: "node", setupFiles: "tests/setup.ts" },
});
