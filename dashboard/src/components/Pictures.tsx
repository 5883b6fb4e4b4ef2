/** The API's plots, to see and to download; in print they are the report's charts. */

import { fileName } from "../model/download";
import { picturesOf } from "../model/pictures";
import type { Plots } from "./usePlots";

export function Pictures({ plots: { drawn, error, draw }, name }: { plots: Plots; name: string }) {
  return (
    <details className="card" onToggle={({ currentTarget }) => currentTarget.open && void draw()}>
      <summary>The API's own plots, as PNG</summary>
      {error ? (
        <p className="error-message" role="alert">
          {error.message}
        </p>
      ) : (
        !drawn && (
          <p className="soft" role="status">
            Drawing the plots…
          </p>
        )
      )}
      <ul className="pictures">
        {(drawn ? picturesOf(drawn) : []).map(({ name: plot, title, url }) => (
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
