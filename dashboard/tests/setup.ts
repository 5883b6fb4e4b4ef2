/** Node 18 has File, and does not yet say so. */

import { File } from "node:buffer";

globalThis.File ??= File as unknown as typeof globalThis.File;
