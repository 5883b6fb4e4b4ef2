/** Saves a file on the user's machine. */

export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function downloadText(name: string, text: string, type: string): void {
  download(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** A name that every file system accepts. */
export function fileName(...words: string[]): string {
  return words.join("_").replace(/[^\p{L}\p{N}._-]+/gu, "_");
}
