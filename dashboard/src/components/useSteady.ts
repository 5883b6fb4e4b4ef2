/** A list that stays the same object while its elements are the same, so that nothing is rendered again for it. */

import { useRef } from "react";

export function useSteady<Element>(
  list: readonly Element[],
  isSame: (before: Element, now: Element) => boolean,
): readonly Element[] {
  const steady = useRef(list);
  const { current } = steady;
  const isChanged =
    list.length !== current.length || list.some((element, place) => !isSame(current[place] as Element, element));
  if (isChanged) steady.current = list;
  return steady.current;
}
