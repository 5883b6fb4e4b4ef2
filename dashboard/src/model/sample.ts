/** The synthetic sample cell; fetched when the user asks for it. */

import cyclesUrl from "../../generated/SAMPLE_CELL_cycles.csv?url";
import metadataUrl from "../../generated/SAMPLE_CELL_metadata.csv?url";

export async function sampleFiles(): Promise<File[]> {
  return Promise.all([fetched(cyclesUrl, "SAMPLE_CELL_cycles.csv"), fetched(metadataUrl, "SAMPLE_CELL_metadata.csv")]);
}

async function fetched(url: string, name: string): Promise<File> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`The sample cell could not be fetched: ${answer.status} ${answer.statusText}`);
  return new File([await answer.blob()], name, { type: "text/csv" });
}
