/** For print, an image of the chart as it is on the screen. */

import { type RefObject, useEffect, useRef } from "react";

export function usePrintPicture(place: RefObject<HTMLElement | null>, picture: () => Promise<HTMLCanvasElement>): void {
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
