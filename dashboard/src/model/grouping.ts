/** Which of the files belong to one cell: the API reads CSV files that share a base name together. */

export interface FileGroup {
  /** What the user calls it until the report names its cell. */
  name: string;
  files: File[];
  /** Which parts of a CSV set are there; none for a file that stands alone. */
  roles: Role[];
}

const SET_MEMBER = /^(?<base>.+)_(?<role>cycles|metadata|metrics)\.csv$/i;
export type Role = "cycles" | "metadata" | "metrics";

/** Whether a group is what a set of this name and these parts still lacks. */
export function completes(group: FileGroup, set: Pick<FileGroup, "name"> & { roles: readonly Role[] }): boolean {
  return (
    group.name === set.name &&
    group.roles.length > 0 &&
    set.roles.length > 0 &&
    !group.roles.some((role) => set.roles.includes(role))
  );
}

/** The files of several sets for one request: the API takes files by name, so a set that is there twice is renamed. */
export function apart(groups: readonly { files: readonly File[] }[]): File[] {
  const taken = new Set<string>();
  return groups.flatMap(({ files }, place) => {
    const isTaken = files.some(({ name }) => taken.has(name));
    const named = isTaken ? files.map((file) => new File([file], `${place + 1}_${file.name}`)) : files;
    for (const { name } of named) taken.add(name);
    return named;
  });
}

/** One group a pickle or single table, one a CSV set, in the order in which their first files came. */
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
