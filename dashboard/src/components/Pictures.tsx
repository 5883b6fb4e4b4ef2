/** The API's plots, to see and to download; in print they are the report's charts. */

import type { Report } from "../api/types";
import { fileName } from "../model/download";
import { picturesOf } from "../model/pictures";

export function Pictures({ report, name }: { report: Report; name: string }) {
  const pictures = picturesOf(report);
  if (pictures.length === 0) return null;
  return (
    <details className="card">
      <summary>The API's own plots, as PNG</summary>
      <ul className="pictures">
        {pictures.map(({ name: plot, title, url }) => (
          <li key={plot}>
            <img src={url} alt={`${title} of ${name}`} loading="lazy" />
            <a href={url} download={fileName(name, `${plot}.png`)}>
              Download {title}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
