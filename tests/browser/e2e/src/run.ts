/**
 * node run.js CHROMIUM: plays specs as they are asked for, in one browser.
 *
 * A line of JSON on standard input is a question: a group alone asks for its sentences, with a sentence for that spec to be played.
 * A line of JSON on standard output is the answer.
 */

import { createInterface } from "node:readline";
import type { Browser } from "playwright-core";
import { launched } from "./browser.js";
import { SPECS } from "./spec.js";
import { play, type Setting } from "./stage.js";

type Question = { group: string; sentence?: undefined } | ({ group: string; sentence: string } & Setting);
type Answer = { sentences: string[] } | { fault: string | null };

const groups = new Map<string, ReadonlySet<string>>();

async function sentencesOf(group: string): Promise<ReadonlySet<string>> {
  const known = groups.get(group);
  if (known) return known;
  const before = new Set(SPECS.keys());
  await import(`./specs/${group}.js`);
  const sentences = new Set([...SPECS.keys()].filter((sentence) => !before.has(sentence)));
  groups.set(group, sentences);
  return sentences;
}

async function answer(question: Question, browser: Browser): Promise<Answer> {
  const sentences = await sentencesOf(question.group);
  if (question.sentence === undefined) return { sentences: [...sentences] };
  const spec = SPECS.get(question.sentence);
  if (!spec || !sentences.has(question.sentence))
    return { fault: `the group ${question.group} has no such spec; make browser-specs builds them anew` };
  try {
    await play(spec, question, browser);
    return { fault: null };
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : String(fault) };
  }
}

const [executable] = process.argv.slice(2);
if (!executable) throw new Error("the path of Chromium is missing");
// A spec that has failed leaves what else it waited for to fail by itself; its own fault is the one that is told.
process.on("unhandledRejection", () => undefined);
const browser = await launched(executable);
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line) as Question, browser)));
}
await browser.close();
