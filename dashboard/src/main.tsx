/** Renders the page into the document. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { Boundary } from "./components/Boundary";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/rail.css";
import "./styles/report.css";
import "./styles/chart.css";
import "./styles/print.css";

const root = document.getElementById("root");
if (!root) throw new Error("The document has no element for the page.");
createRoot(root).render(
  <StrictMode>
    <Boundary sentence={(fault) => `The page failed with “${fault}”. Please reload it.`}>
      <App />
    </Boundary>
  </StrictMode>,
);
