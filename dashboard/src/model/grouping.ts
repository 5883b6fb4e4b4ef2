/** Groups files by cell: the API reads CSV files that share a base name as one cell. */

export interface FileGroup {
  /** The name that is shown until the report names the cell. */
  name: string;
  files: File[];
  /** The parts of a CSV set that are there; none for a single file. */
  roles: Role[];
}

const SET_MEMBER = /^(?<base>.+)_(?<role>cycles|metadata|metrics)\.csv$/i;
export type Role = "cycles" | "metadata" | "metrics";

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

/** One group per pickle or single table, one per CSV set, in the order of their first files. */
export function groupFiles(files: readonly File[]): FileGroup[] {
  const groups: FileGroup[] = [];
  const sets = new Map<string, FileGroup>();
  for (const file of files) {
    const { base, role } = SET_MEMBER.exec(file.name)?.groups ?? {};
    if (base === undefined || role === undefined) {
      groups.push({ name: file.name, files: [file], roles: [] });
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
