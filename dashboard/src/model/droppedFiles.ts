/** The files of a drop: those of folders too, however deep. Hidden files, which no one chose, are left out. */

const MOST_FILES = 1_000;

/** Must be called in the drop event itself: afterwards the browser has emptied the transfer. */
export function filesOfDrop(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return Promise.resolve(visible([...transfer.files]));
  return filesOfEntries(entries.filter((entry) => entry !== null));
}

/** The files of a chosen folder, which the browser lists with all it holds. */
export function visible(files: readonly File[]): File[] {
  return files.filter((file) => !isHidden(file.webkitRelativePath || file.name)).slice(0, MOST_FILES);
}

function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".")) || /(?:^|\/)(?:Thumbs\.db|desktop\.ini)$/i.test(path);
}

async function filesOfEntries(entries: readonly FileSystemEntry[]): Promise<File[]> {
  const files: File[] = [];
  const waiting = [...entries];
  while (waiting.length > 0 && files.length < MOST_FILES) {
    const entry = waiting.shift() as FileSystemEntry;
    if (isHidden(entry.name)) continue;
    if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
    else files.push(await fileOf(entry as FileSystemFileEntry));
  }
  return files;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives the entries of a folder in parts of a hundred, and an empty part at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found.sort((a, b) => a.name.localeCompare(b.name));
    found.push(...part);
  }
}
