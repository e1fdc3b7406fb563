import { serve } from "../../plugin/protocol";
import { ByType } from "../../plugin/plugin";
import { DeployKeyProvider } from "../../provider/deploy-key-provider";
import { engineAddress, engineLog } from "../../provider/engine-log";
import { HostProvider } from "../../provider/host-provider";
import { inventoryProvider } from "../../provider/inventory-provider";

const log = engineLog(engineAddress());
/** The provider `host` without hosts: every configuration and every deploy key counts as applied. */
const provider = new HostProvider(log);
provider.create = async ({ inputs }) => ({
  id: String(inputs.node),
  state: { ...inputs, hostKey: "ssh-ed25519 AAAA" },
});
provider.update = async ({ inputs, state }) => ({ ...inputs, hostKey: String(state.hostKey) });
/** A node on which a file was edited by hand. */
const edited = process.env.RECORDED_HAND_EDIT;
const file = "/etc/nginx/nginx.conf";
provider.read = async ({ id, state }) => {
  const files = state.files as Record<string, string>;
  const found =
    state.node === edited
      ? { ...state, files: { ...files, [file]: `${files[file]}# by hand\n` } }
      : state;
  const inputs = Object.fromEntries(Object.entries(found).filter(([key]) => key !== "hostKey"));
  return { id, state: found, inputs };
};
const deployKeys = new DeployKeyProvider(log);
deployKeys.create = async ({ inputs }) => ({ id: "deploy-key", state: inputs });
deployKeys.update = async ({ inputs }) => inputs;
serve(
  new ByType(provider, {
    "host:index:Inventory": inventoryProvider,
    "host:index:DeployKey": deployKeys,
  }),
);
