/** Groups files by cell: the API reads CSV files that share a base name as one cell, and joins files that continue each other. */

export interface FileGroup {
  /** The name that is shown until the report names the cell. */
  name: string;
  files: File[];
  /** The parts of a CSV set that are there; none for a single file. */
  roles: Role[];
}

const SET_MEMBER = /^(?<base>.+)_(?<role>cycles|metadata|metrics)\.csv$/i;
export type Role = "cycles" | "metadata" | "metrics";

/** A running number or a date at the end of a name. Such files may continue each other, which only the API can tell. */
const DATED =
  /^(?<base>.*\d.*?)[_\-. ]+(?:\d{4}[_\-.]?\d{1,2}[_\-.]?\d{1,2}|\d{1,2}[_\-.]\d{1,2}[_\-.]\d{2,4})(?<ending>\.[^.]+)$/;
const NUMBERED = /^(?<base>.+?)[_\-. (]+(?:part|file|pt|teil)?[_\-. ]*\d{1,4}\)?(?<ending>\.[^.]+)$/i;
/** One request takes no more files. */
const MOST_TOGETHER = 30;

/** Whether a group has missing parts of a set with this name and these parts. */
export function completes(group: FileGroup, set: Pick<FileGroup, "name"> & { roles: readonly Role[] }): boolean {
  return (
    group.name === set.name &&
    group.roles.length > 0 &&
    set.roles.length > 0 &&
    !group.roles.some((role) => set.roles.includes(role))
  );
}

/** The files of several sets for one request. The API groups files by name, so a set with a name that is used twice is renamed. */
export function apart(groups: readonly { files: readonly File[] }[]): File[] {
  const taken = new Set<string>();
  return groups.flatMap(({ files }, place) => {
    const isTaken = files.some(({ name }) => taken.has(name));
    const named = isTaken ? files.map((file) => new File([file], `${place + 1}_${file.name}`)) : files;
    for (const { name } of named) taken.add(name);
    return named;
  });
}

/** One group per file, CSV set, or run of numbered files, in the order of their first files. */
export function groupFiles(files: readonly File[]): FileGroup[] {
  const groups: FileGroup[] = [];
  const sets = new Map<string, FileGroup>();
  const runs = new Map<string, FileGroup>();
  for (const file of files) {
    const { base, role } = SET_MEMBER.exec(file.name)?.groups ?? {};
    if (base === undefined || role === undefined) {
      const run = runOf(file.name);
      const begun = run === null ? undefined : runs.get(run);
      if (begun && begun.files.length < MOST_TOGETHER) {
        begun.files.push(file);
        continue;
      }
      const group: FileGroup = { name: file.name, files: [file], roles: [] };
      if (run !== null) runs.set(run, group);
      groups.push(group);
      continue;
    }
    let set = sets.get(base);
    if (!set) {
      set = { name: base, files: [], roles: [] };
      sets.set(base, set);
      groups.push(set);
    }
    set.files.push(file);
    set.roles.push(role.toLowerCase() as Role);
  }
  return groups;
}

/** What the names of files that may continue each other share; null for a name without a number. */
function runOf(name: string): string | null {
  const { base, ending } = (DATED.exec(name) ?? NUMBERED.exec(name))?.groups ?? {};
  return base === undefined || ending === undefined ? null : `${base}*${ending.toLowerCase()}`;
}
