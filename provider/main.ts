import { serve } from "../plugin/protocol";
import { WithInventory } from "./by-type";
import { engineLog } from "./engine-log";
import { HostProvider } from "./host-provider";

/** The engine's address; flags such as `-v=9` and `--tracing ADDRESS` may stand before it. */
const engine = process.argv
  .slice(2)
  .filter((word, i, words) => !word.startsWith("-") && words[i - 1] !== "--tracing")[0];
if (engine === undefined) {
  console.error("this is a Pulumi provider; the engine starts it with its address as argument");
  process.exit(1);
}
serve(new WithInventory(new HostProvider(engineLog(engine))));
