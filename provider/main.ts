import { serve } from "../plugin/protocol";
import { ByType } from "../plugin/plugin";
import { Consents } from "./consents";
import { DeployKeyProvider } from "./deploy-key-provider";
import { engineAddress, engineLog } from "./engine-log";
import { HostProvider } from "./host-provider";
import { inventoryProvider } from "./inventory-provider";

const log = engineLog(engineAddress());
const consents = new Consents();
serve(
  new ByType(new HostProvider(log, { consents }), {
    "host:index:Inventory": consents.readFrom(inventoryProvider),
    "host:index:DeployKey": new DeployKeyProvider(log),
  }),
);
