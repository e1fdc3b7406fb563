import { rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { waitUntil } from "../../rolling/wait-until";
import { browserPort, localPaths, localStateDirectory, repositoryRoot } from "./paths";
import { livePid, startDetached, stopByPidFile } from "./processes";

/** URL for a browser on this machine. */
export const browserUrl = `http://localhost:${browserPort}`;

function listens(): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: browserPort });
    socket.once("connect", () => resolve((socket.destroy(), true)));
    socket.once("error", () => resolve(undefined));
  });
}

/**
 * Forwards localhost to the stack's public address. Returns false if another program has the port; the stack is then
 * reachable at its public address only.
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

/** The status of an answer at the address, whatever address DNS has for the name in the URL. */
function statusAt(url: string, address: string, ca: string | undefined): Promise<number> {
  const { get } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const options = {
      agent: false as const,
      timeout: 3_000,
      ...(ca === undefined ? {} : { ca }),
      lookup: (
        _name: string,
        { all }: { all?: boolean },
        found: (error: null, address: unknown, family?: number) => void,
      ) => (all ? found(null, [{ address, family: 4 }]) : found(null, address, 4)),
    };
    const call = get(url, options as https.RequestOptions, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 3 s")));
    call.on("error", reject);
  });
}

/**
 * Resolves once the app answers behind the floating IP, through all tiers; the app need not have a page at `/`.
 *
 * @param ca root of the site's certificate. @default the roots that Node trusts
 */
export function waitForPage(url: string, address: string, ca?: string): Promise<true> {
  return waitUntil(
    `an answer of the app at ${url}`,
    async () => {
      const status = await statusAt(url, address, ca);
      if (status >= 500) throw new Error(`status ${status}`);
      return true as const;
    },
    { timeoutSeconds: ca === undefined ? 60 : 120 },
  );
}
