/** Checks the API's answers before they are used: the address may be that of any server. */

import { RequestError } from "./requestError";
import type { Failure, Information, Report, SeveralReports } from "./types";

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

/** The files of a request that could not be read, although others were. */
export function failuresOf(answer: Report | SeveralReports): Failure[] {
  return "failures" in answer ? answer.failures : [];
}

/** Throws a RequestError if a section of a report is missing. */
export function checkedReports(answer: Report | SeveralReports): Report | SeveralReports {
  const isReport = (report: unknown) =>
    typeof report === "object" && report !== null && SECTIONS.every((section) => section in report);
  const reports = typeof answer === "object" && answer !== null ? reportsOf(answer) : null;
  if (!Array.isArray(reports) || !reports.every(isReport)) {
    throw new RequestError(
      "The server answered, but with no report that this page can read. Is the API address right?",
    );
  }
  return answer;
}

/** Throws a RequestError if the limits are missing. */
export function checkedInformation(information: Information): Information {
  const { limits } = information ?? {};
  if (typeof limits?.max_upload_bytes !== "number" || typeof limits.presigned?.max_file_bytes !== "number") {
    throw new RequestError("The server answered, but not as a Battery Analytics API does. Is the address right?");
  }
  return information;
}
