/** Where a spec plays: a fresh window, the server, and the files that the test put there. */

import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { wordsOf } from "./dashboard.js";
import type { Spec } from "./spec.js";
import { Witness } from "./witness.js";

/** What the test gives. `inputs` has paths of files and other words, by name. */
export interface Setting {
  url: string;
  inputs: Readonly<Record<string, string>>;
  /** Where a failing spec leaves a picture of its page. */
  pictures: string;
}

export interface Stage extends Setting {
  page: Page;
  browser: Browser;
  /** The input of this name; a spec that names one that was not given has a fault. */
  input: (name: string) => string;
  /** The page may ask this server, too; any other request of it fails the spec. */
  admit: (url: string) => void;
  /** Calls this after the spec, and after the picture of its page if it has failed. */
  atEnd: (end: () => Promise<void>) => void;
}

// A wait ends as soon as what it waits for is there, so these only end what hangs, on the busiest machine.
const SPEC_MS = 180_000;
const STEP_MS = 60_000;

/** Plays a spec; throws what went wrong, on the page or behind its back. */
export async function play(spec: Spec, setting: Setting, browser: Browser): Promise<void> {
  const context = await browser.newContext(spec.window);
  const ends: (() => Promise<void>)[] = [];
  try {
    context.setDefaultTimeout(STEP_MS);
    const witness = new Witness(context);
    const admit = (url: string) => witness.admit(url);
    admit(setting.url);
    const page = await context.newPage();
    const input = (name: string) => given(setting, name);
    const atEnd = (end: () => Promise<void>) => void ends.push(end);
    await inTime(spec.body({ ...setting, page, browser, input, admit, atEnd }), context, setting);
    witness.testify();
  } finally {
    await Promise.all(ends.map((end) => end()));
    await context.close();
  }
}

function given({ inputs }: Setting, name: string): string {
  const value = inputs[name];
  if (value === undefined) throw new Error(`the test gives no input "${name}"`);
  return value;
}

async function inTime(playing: Promise<void>, context: BrowserContext, { pictures }: Setting): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${SPEC_MS / 1000} s`)), SPEC_MS);
  });
  try {
    await Promise.race([playing, late]);
  } catch (fault) {
    const told = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    throw new Error(`${told}\n${await lastSeen(context, pictures)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** What the window shows, as a picture and in words. */
async function lastSeen(context: BrowserContext, pictures: string): Promise<string> {
  const [page] = context.pages();
  if (!page) return "The window is gone.";
  const picture = join(pictures, `${Date.now()}.png`);
  try {
    await page.screenshot({ path: picture });
    const words = await wordsOf(page.locator("body"));
    return `The page then (${picture}):\n${words.slice(0, 600)}`;
  } catch (fault) {
    return `The page cannot be looked at: ${String(fault)}`;
  }
}
