/** What the API answered, looked at before it is used: an address may lead to any server. */

import { Refusal } from "./refusal";
import type { Information, Report, SeveralReports } from "./types";

const SECTIONS: readonly (keyof Report)[] = [
  "metadata",
  "capacity_fade",
  "voltage_profile",
  "temperature_analysis",
  "statistical_metrics",
  "battery_health",
  "data_quality",
  "cycle_table",
  "source",
];

/** One request may give one report or several. */
export function reportsOf(answer: Report | SeveralReports): Report[] {
  return "cells" in answer ? answer.cells : [answer];
}

/** Throws a Refusal where a section of a report is missing. */
export function checkedReports(answer: Report | SeveralReports): Report | SeveralReports {
  const isReport = (report: unknown) =>
    typeof report === "object" && report !== null && SECTIONS.every((section) => section in report);
  const reports = typeof answer === "object" && answer !== null ? reportsOf(answer) : null;
  if (!Array.isArray(reports) || !reports.every(isReport)) {
    throw new Refusal("The server answered, but with no report that this page can read. Is the API address right?");
  }
  return answer;
}

/** Throws a Refusal where it does not say how much may be sent. */
export function checkedInformation(information: Information): Information {
  const { limits } = information ?? {};
  if (typeof limits?.max_upload_bytes !== "number" || typeof limits.presigned?.max_file_bytes !== "number") {
    throw new Refusal("The server answered, but not as a Battery Analytics API does. Is the address right?");
  }
  return information;
}
