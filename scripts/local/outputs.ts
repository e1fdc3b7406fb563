import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { outputsShape, pinnedHostsText, type StackOutputs } from "../operate/outputs";
import { localPaths } from "./paths";

const files = {
  key: localPaths.sshKey,
  knownHosts: localPaths.knownHosts,
  pinnedHosts: localPaths.pinnedHosts,
};

/** Checks and keeps the outputs of a finished `up`; the private key goes to a 0600 file of its own. */
export function saveOutputs(outputs: Record<string, unknown>, privateKey: string): StackOutputs {
  const parsed = outputsShape.parse(outputs);
  writeFileSync(localPaths.outputs, JSON.stringify(parsed, null, 2), { mode: 0o600 });
  writeFileSync(localPaths.pinnedHosts, pinnedHostsText(parsed.nodes), { mode: 0o600 });
  writeFileSync(localPaths.sshKey, privateKey, { mode: 0o600 });
  return { ...parsed, files };
}

/**
 * The outputs of the last finished `up:local`.
 *
 * @throws Error if there was none.
 */
export function readOutputs(): StackOutputs {
  if (!existsSync(localPaths.outputs)) {
    throw new Error("there is no local stack here; start it with: npm run up:local");
  }
  return { ...outputsShape.parse(JSON.parse(readFileSync(localPaths.outputs, "utf8"))), files };
}
