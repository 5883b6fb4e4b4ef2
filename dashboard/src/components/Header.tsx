/** The page's name, where to read more, and light or dark. */

import { choose, useTheme } from "../theme";
import { Icon } from "./Icon";

export function Header() {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <header className="page-head">
      <h1>Battery Analytics</h1>
      <p className="soft">Files are analysed, shown on this page, and forgotten when it closes.</p>
      <a href="docs">What each figure means</a>
      <button type="button" className="icon" onClick={() => choose(other)} title={`Change to ${other}`}>
        <Icon name={theme === "dark" ? "sun" : "moon"} label={`Change to ${other}`} />
      </button>
    </header>
  );
}
