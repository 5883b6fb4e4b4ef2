/** The dashboard as its users meet it: by its roles and names. */

import type { Locator, Page } from "playwright-core";

export class Dashboard {
  constructor(readonly page: Page) {}

  /** The dashboard of this server, ready for files. */
  static async at(page: Page, url: string): Promise<Dashboard> {
    await page.goto(`${url}/`);
    await page.getByText(/Up to .* per file\./).waitFor();
    return new Dashboard(page);
  }

  get fileInput(): Locator {
    return this.page.locator("input[type=file]:not([webkitdirectory])");
  }

  get sources(): Locator {
    return this.page.getByRole("navigation", { name: "Cells" });
  }

  /** The line of a file, or a set of files, at the side. */
  source(name: string): Locator {
    return this.sources.getByRole("listitem").filter({ hasText: name });
  }

  report(name: string): Locator {
    return this.page.getByRole("article", { name: `Report on ${name}` });
  }

  get comparison(): Locator {
    return this.page.getByRole("article", { name: "Comparison" });
  }

  /** The refusal that is shown beside a file. */
  refusal(name: string): Locator {
    return this.source(name).getByRole("alert");
  }

  chart(title: string): Locator {
    return this.page.getByRole("figure", { name: title });
  }

  /** Shows all that is folded away. */
  unfold(): Promise<void> {
    return this.page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
  }

  async choose(...paths: string[]): Promise<void> {
    await this.fileInput.setInputFiles(paths);
  }

  async chooseFolder(path: string): Promise<void> {
    await this.page.locator("input[type=file][webkitdirectory]").setInputFiles(path);
  }

  /** Drops files on the middle of the page, as a file manager does. */
  async drop(...paths: string[]): Promise<void> {
    // A page cannot make files of paths; an input of the test's own gets them, and hands them to the drop.
    await this.page.evaluate(() => {
      const input = document.createElement("input");
      input.type = "file";
      input.multiple = true;
      input.id = "dragged";
      input.hidden = true;
      document.body.append(input);
    });
    const dragged = this.page.locator("#dragged");
    await dragged.setInputFiles(paths);
    await dragged.evaluate((input: HTMLInputElement) => {
      const dataTransfer = new DataTransfer();
      for (const file of input.files ?? []) dataTransfer.items.add(file);
      input.remove();
      for (const type of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
        if (!document.body.dispatchEvent(event)) continue;
        if (type !== "dragenter") throw new Error(`the page does not take a ${type}`);
      }
    });
  }
}

/** The text of an element, its spaces as one. */
export async function wordsOf(element: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: as it is seen, with the space between one block and the next
  return (await element.innerText()).replaceAll(/\s+/g, " ").trim();
}
