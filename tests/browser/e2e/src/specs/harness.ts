/** Pages with something wrong behind their back: these specs do nothing, and have to fail all the same. */

import { spec } from "../spec.js";

for (const fault of ["request", "policy", "error"]) {
  spec(`a page with a fault of the kind: ${fault}`, async ({ page, url }) => {
    await page.goto(`${url}/${fault}.html`);
    await page.waitForLoadState("networkidle");
  });
}
