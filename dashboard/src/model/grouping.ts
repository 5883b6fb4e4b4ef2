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
