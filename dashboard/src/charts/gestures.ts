/** Gestures on a chart in addition to uPlot's drag: one finger or Shift pans, two fingers or Ctrl with the wheel zoom; keys. */

import type { Plot } from "./plot";
import type { Range } from "./spec";

const KEY_ZOOM = 1.4;
const KEY_PAN = 0.15;
const WHEEL_ZOOM = 1.0015;

/** Zooms around a point, given in shares of the plot, from its left and its bottom. */
export function zoomBy(plot: Plot, factor: number, atX = 0.5, atY = 0.5): void {
  const { x, y } = plot.axesNow();
  plot.setAxes({ x: scaled(x, factor, atX), y: scaled(y, factor, atY) });
}

export function panBy(plot: Plot, shareX: number, shareY = 0): void {
  const { x, y } = plot.axesNow();
  plot.setAxes({ x: moved(x, shareX), y: moved(y, shareY) });
}

/** Handles a key on the plot; false if the chart does not use that key. */
export function onKey(plot: Plot, key: string, shift: boolean): boolean {
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const direction = key === "ArrowRight" ? 1 : -1;
    if (shift) panBy(plot, direction * KEY_PAN);
    else plot.step(direction);
  } else if (shift && (key === "ArrowUp" || key === "ArrowDown"))
    panBy(plot, 0, key === "ArrowUp" ? KEY_PAN : -KEY_PAN);
  else if (key === "+" || key === "=") zoomBy(plot, 1 / KEY_ZOOM);
  else if (key === "-" || key === "_") zoomBy(plot, KEY_ZOOM);
  else if (key === "0" || key === "Escape") plot.goHome();
  else return false;
  return true;
}

/** Listens on the plot's area; the returned function stops that. */
export function listen(plot: Plot): () => void {
  const area = plot.u.over;
  const controller = new AbortController();
  const { signal } = controller;
  const fingers = new Map<number, PointerEvent>();

  const shareOf = (x: number, y: number) => {
    const box = area.getBoundingClientRect();
    return [(x - box.left) / box.width, 1 - (y - box.top) / box.height] as const;
  };

  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    zoomBy(plot, WHEEL_ZOOM ** event.deltaY, ...shareOf(event.clientX, event.clientY));
  };

  const down = (event: PointerEvent) => {
    if (event.pointerType === "touch" || event.shiftKey || event.button === 1) {
      fingers.set(event.pointerId, event);
      area.setPointerCapture(event.pointerId);
    }
  };

  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const other = [...fingers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    if (other) pinch(before, event, other);
    else drag(before, event);
    fingers.set(event.pointerId, event);
  };

  const drag = (before: PointerEvent, now: PointerEvent) => {
    const [fromX, fromY] = shareOf(before.clientX, before.clientY);
    const [toX, toY] = shareOf(now.clientX, now.clientY);
    // One finger upwards or downwards scrolls the page.
    panBy(plot, fromX - toX, now.pointerType === "touch" ? 0 : fromY - toY);
  };

  const pinch = (before: PointerEvent, now: PointerEvent, other: PointerEvent) => {
    const reach = (finger: PointerEvent) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
    const at = shareOf((now.clientX + other.clientX) / 2, (now.clientY + other.clientY) / 2);
    const was = shareOf((before.clientX + other.clientX) / 2, (before.clientY + other.clientY) / 2);
    zoomBy(plot, reach(before) / Math.max(reach(now), 1), ...at);
    panBy(plot, was[0] - at[0], was[1] - at[1]);
  };

  const up = (event: PointerEvent) => fingers.delete(event.pointerId);

  // uPlot would start its own zoom on a shift-drag.
  const mousedown = (event: MouseEvent) => {
    if (event.shiftKey || event.button === 1) event.stopImmediatePropagation();
  };

  area.addEventListener("wheel", wheel, { signal, passive: false });
  area.addEventListener("pointerdown", down, { signal });
  area.addEventListener("pointermove", move, { signal });
  area.addEventListener("pointerup", up, { signal });
  area.addEventListener("pointercancel", up, { signal });
  area.addEventListener("mousedown", mousedown, { signal, capture: true });
  return () => controller.abort();
}

function scaled([low, high]: Range, factor: number, at: number): Range {
  const place = low + at * (high - low);
  return [place - factor * (place - low), place + factor * (high - place)];
}

function moved([low, high]: Range, share: number): Range {
  const way = share * (high - low);
  return [low + way, high + way];
}
