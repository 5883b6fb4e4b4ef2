/** Moves the focus to the heading of a new report, unless the user is typing. */

export function focusOn(heading: HTMLElement | null): void {
  if (document.activeElement?.matches("input:not([type=file], [type=radio]), select")) return;
  heading?.focus({ preventScroll: true });
}
