import { serve } from "../plugin/protocol";
import { ByType } from "./by-type";
import { DeployKeyProvider } from "./deploy-key-provider";
import { engineLog } from "./engine-log";
import { HostProvider } from "./host-provider";
import { inventoryProvider } from "./inventory-provider";

/** The engine's address; flags such as `-v=9` and `--tracing ADDRESS` may stand before it. */
const engine = process.argv
  .slice(2)
  .filter((word, i, words) => !word.startsWith("-") && words[i - 1] !== "--tracing")[0];
if (engine === undefined) {
  console.error("this is a Pulumi provider; the engine starts it with its address as argument");
  process.exit(1);
}
const log = engineLog(engine);
serve(
  new ByType(new HostProvider(log), {
    "host:index:Inventory": inventoryProvider,
    "host:index:DeployKey": new DeployKeyProvider(log),
  }),
);
