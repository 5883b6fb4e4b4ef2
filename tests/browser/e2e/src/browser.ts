/** Debian's Chromium, quiet: it talks to nobody of its own accord. */

import { type Browser, chromium } from "playwright-core";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launched(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: QUIET });
}
