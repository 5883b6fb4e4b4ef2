/** Values that are kept for this session, in the page's memory if the browser allows no storage. */

const onPage = new Map<string, string>();

export function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return onPage.get(key) ?? null;
  }
}

export function keep(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    onPage.set(key, value);
  }
}
