/** The page's name, a link to the documentation, and the choice of light or dark. */

import { choose, useTheme } from "../theme";
import { Icon } from "./Icon";

export function Header() {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header className="page-head">
      <h1>Battery Analytics</h1>
      <p className="soft">
        Files are analysed, the report is shown on this page, and nothing is kept when you close it.
      </p>
      <a href="docs">What each figure means</a>
      <button type="button" className="icon" onClick={() => choose(other)} title={`Change to ${other}`}>
        <Icon name={theme === "dark" ? "sun" : "moon"} label={`Change to ${other}`} />
      </button>
    </header>
  );
}
