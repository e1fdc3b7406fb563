import { serve } from "../plugin/protocol";
import { ByType } from "./by-type";
import { DeployKeyProvider } from "./deploy-key-provider";
import { engineAddress, engineLog } from "./engine-log";
import { HostProvider } from "./host-provider";
import { inventoryProvider } from "./inventory-provider";

const log = engineLog(engineAddress());
serve(
  new ByType(new HostProvider(log), {
    "host:index:Inventory": inventoryProvider,
    "host:index:DeployKey": new DeployKeyProvider(log),
  }),
);
