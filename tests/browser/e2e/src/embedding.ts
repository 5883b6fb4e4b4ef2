/** The documented component on a page of another origin than the API's. */

import type { Locator, Page } from "playwright-core";
import type { Stage } from "./stage.js";

export class EmbeddersPage {
  constructor(readonly page: Page) {}

  static async at({ page, url, input, admit }: Stage, token?: string): Promise<EmbeddersPage> {
    admit(input("api"));
    const query = new URLSearchParams({ api: input("api"), ...(token && { token }) });
    await page.goto(`${url}/index.html?${query}`);
    return new EmbeddersPage(page);
  }

  async choose(...paths: string[]): Promise<void> {
    await this.page.getByLabel("Battery files").setInputFiles(paths);
  }

  report(name: string): Locator {
    return this.page.getByRole("region", { name });
  }

  get refusal(): Locator {
    return this.page.getByRole("alert");
  }
}
