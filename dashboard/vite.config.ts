import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The API for `npm run dev`: `make run`.
const API = process.env.API ?? "http://127.0.0.1:5000";

const SHIPPED = ["react", "react-dom", "scheduler", "uplot"];

/** Adds the licences of the libraries in the page. */
const licences: Plugin = {
  name: "licences",
  generateBundle() {
    const texts = SHIPPED.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
    this.emitFile({ type: "asset", name: "licences.txt", source: texts.join("\n\n") });
  },
};

export default defineConfig({
  plugins: [react(), licences],
  // Relative, so that the page also works below a deployment's stage or a proxy's path.
  base: "./",
  publicDir: false,
  build: {
    outDir: "../functions/site/page",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy forbids inline data except images, so small assets are files too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": API, "/docs": API, "/openapi.json": API, "/health": API } },
  test: { include: ["tests/**/*.test.ts"], environment: "node", setupFiles: "tests/setup.ts" },
});
