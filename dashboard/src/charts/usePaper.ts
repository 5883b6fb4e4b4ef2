/** On paper there is a picture of the chart, as it is on the screen when it is printed. */

import { type RefObject, useEffect, useRef } from "react";

export function usePaper(place: RefObject<HTMLElement | null>, picture: () => Promise<HTMLCanvasElement>): void {
  const latest = useRef(picture);
  latest.current = picture;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    addEventListener("beforeprint", async () => place.current?.replaceChildren(await latest.current()), { signal });
    addEventListener("afterprint", () => place.current?.replaceChildren(), { signal });
    return () => controller.abort();
  }, [place]);
}
