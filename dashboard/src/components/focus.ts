/** Where the focus goes when another report is shown: to its heading, unless somebody is typing. */

export function focusOn(heading: HTMLElement | null): void {
  if (document.activeElement?.matches("input:not([type=file], [type=radio]), select")) return;
  heading?.focus({ preventScroll: true });
}
