/** Which of the files belong to one cell: the API reads CSV files that share a base name together. */

export interface FileGroup {
  /** What the user calls it until the report names its cell. */
  name: string;
  files: File[];
  /** What the set lacks that would tell more; the API says what it cannot do without. */
  missing: string[];
}

const SET_MEMBER = /^(?<base>.+)_(?<role>cycles|metadata|metrics)\.csv$/i;
const ROLES = ["cycles", "metadata", "metrics"] as const;

/** One group a pickle or single table, one a CSV set, in the order in which their first files came. */
export function groupFiles(files: readonly File[]): FileGroup[] {
  const groups: FileGroup[] = [];
  const sets = new Map<string, FileGroup>();
  for (const file of files) {
    const base = SET_MEMBER.exec(file.name)?.groups?.base;
    if (base === undefined) {
      groups.push({ name: file.name, files: [file], missing: [] });
      continue;
    }
    const set = sets.get(base);
    if (set) {
      set.files.push(file);
      continue;
    }
    const created: FileGroup = { name: base, files: [file], missing: [] };
    sets.set(base, created);
    groups.push(created);
  }
  for (const set of sets.values()) set.missing = missingRoles(set);
  return groups;
}

function missingRoles({ name, files }: FileGroup): string[] {
  const present = new Set(files.map((file) => SET_MEMBER.exec(file.name)?.groups?.role?.toLowerCase()));
  return ROLES.filter((role) => !present.has(role)).map((role) => `${name}_${role}.csv`);
}
