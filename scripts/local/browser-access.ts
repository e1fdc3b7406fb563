import { connect } from "node:net";
import { join } from "node:path";
import { rmSync, writeFileSync } from "node:fs";
import { waitUntil } from "../../rolling/wait-until";
import { livePid, startDetached, stopByPidFile } from "./processes";
import { browserPort, localPaths, localStateDirectory, repositoryRoot } from "./paths";

/** Address for a browser on this machine. */
export const browserUrl = `http://localhost:${browserPort}`;

function listens(): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: browserPort });
    socket.once("connect", () => resolve((socket.destroy(), true)));
    socket.once("error", () => resolve(undefined));
  });
}

/**
 * Forwards localhost to the stack's public address. Returns false when the port is taken by
 * somebody else; the stack is then reached at its public address only.
 */
export async function openBrowserAccess(address: string): Promise<boolean> {
  if (livePid(localPaths.forwarderPid) !== undefined) return true;
  rmSync(localPaths.forwarderPid, { force: true });
  if (await listens()) return false;
  const script = join(repositoryRoot, "scripts", "local", "forwarder.ts");
  const log = join(localStateDirectory, "forwarder.log");
  const pid = startDetached(script, [String(browserPort), address], log);
  writeFileSync(localPaths.forwarderPid, String(pid));
  await waitUntil(`the forwarder on port ${browserPort} (log: ${log})`, listens, {
    timeoutSeconds: 15,
  });
  return true;
}

/** Ends the forwarder. */
export function closeBrowserAccess(): Promise<void> {
  return stopByPidFile(localPaths.forwarderPid);
}
