import { mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { repositoryRoot } from "./paths";

/**
 * Keeps what Node compiles, for this process and the engine's plugins, which inherit the variable: half of the
 * time that loading the Pulumi SDK takes. It has to be imported before the SDK.
 * https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
 */
const folder = join(repositoryRoot, ".webstack", "compile-cache");
mkdirSync(folder, { recursive: true });
process.env.NODE_COMPILE_CACHE ??= folder;
enableCompileCache(process.env.NODE_COMPILE_CACHE);
