/** What is kept for this session; by the page alone, where the browser allows it no storage. */

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
