/** On paper the API's own plots stand where the screen has its charts: capacity on the first page, the others on the second. */

import type { Report } from "../api/types";
import { picturesOf } from "../model/pictures";

export function PrintedPlots({ report, page }: { report: Report; page: "first" | "second" }) {
  const [capacity, ...others] = picturesOf(report);
  const pictures = page === "first" && capacity ? [capacity] : page === "second" ? others : [];
  return (
    <div className={`on-paper ${page}`}>
      {pictures.map(({ name, title, url }) => (
        <img key={name} src={url} alt={title} />
      ))}
    </div>
  );
}
