/** What happens in a window behind its page's back: requests to elsewhere, breaches of its policy, errors that nobody caught. */

import type { BrowserContext } from "playwright-core";

// Chromium writes one for every answer of 400 and more, and for a server that is gone; the page is what has to tell of them.
const ANSWERS = /^Failed to load resource/;

export class Witness {
  private readonly seen: string[] = [];
  private readonly origins = new Set<string>();

  constructor(context: BrowserContext) {
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      const isOwn = protocol === "data:" || protocol === "blob:" || this.origins.has(origin);
      if (!isOwn) this.seen.push(`request to ${request.url()}`);
    });
    context.on("weberror", (error) => this.seen.push(`uncaught ${error.error().stack ?? error.error().message}`));
    context.on("console", (message) => {
      // A breach of the Content-Security-Policy is an error here, too.
      if (message.type() === "error" && !ANSWERS.test(message.text())) this.seen.push(`console: ${message.text()}`);
    });
  }

  /** Says that the server at this address may be asked. */
  admit(url: string): void {
    this.origins.add(new URL(url).origin);
  }

  /** Throws where anything was seen. */
  testify(): void {
    if (this.seen.length > 0) throw new Error(`behind the page's back:\n  ${this.seen.join("\n  ")}`);
  }
}
