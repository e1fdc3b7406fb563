import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { openConnections } from "./edge/connections";
import { tell } from "./haproxy/tell";
import { monotonicMs } from "./time/monotonic";

const vrrpFifo = "/run/webstack/vrrp.fifo";
const stepDownFile = "/run/webstack/step-down";
const healthFile = "/run/webstack/edge-health";
const drainMap = "/etc/haproxy/drain.map";
const haproxySocket = "/run/haproxy/admin.sock";
/**
 * A client whose first packet is not answered sends it again after a second (RFC 6298), to the new
 * holder of the address then. The firewall ends this by itself, whatever becomes of this program.
 */
const refuseNew = "add element inet webstack held_back { 80 timeout 2s, 443 timeout 2s }";
const welcomeNew = "flush set inet webstack held_back";
/** For handshakes that are under way, and at most for answers that are, milliseconds. */
const inFlightMs = { least: 100, most: 600 };
const usage = "usage: edge status | drain on|off | step-down on|off | take";

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

async function status(): Promise<object> {
  const mover = read("/run/webstack-mover/status.json");
  const certificates = read("/run/webstack-acme/status.json");
  const draining = await tell(haproxySocket, `get map ${drainMap} edge`).catch(() => "");
  return {
    healthy: read(healthFile) === "0",
    draining: /value="on"/.test(draining),
    ...(mover === undefined ? {} : { mover: JSON.parse(mover) as unknown }),
    ...(certificates === undefined ? {} : { certificates: JSON.parse(certificates) as unknown }),
  };
}

async function drain(word: string): Promise<void> {
  const said = await tell(haproxySocket, `set map ${drainMap} edge ${word}`);
  if (said !== "") throw new Error(`HAProxy says: ${said}`);
}

async function isBusy(): Promise<boolean> {
  return openConnections(await tell(haproxySocket, "show stat -1 1 -1")) > 0;
}

/**
 * The address is about to leave: what came is answered first, and what comes now is not begun here,
 * for it would be cut off half-way.
 */
async function stepDown(): Promise<void> {
  execFileSync("nft", [refuseNew]);
  const begun = monotonicMs();
  await pause(inFlightMs.least);
  while (monotonicMs() - begun < inFlightMs.most && (await isBusy())) await pause(20);
  writeFileSync(stepDownFile, String(monotonicMs()));
  // The prober says the same at its next turn; a client waits meanwhile.
  writeFileSync(healthFile, "1\n");
}

function stayUp(): void {
  rmSync(stepDownFile, { force: true });
  execFileSync("nft", [welcomeNew]);
}

/** An operator's hand on this load balancer; the commands of `npm run edge:*` call it over SSH. */
async function main([command, word = ""]: string[]): Promise<void> {
  const isSwitch = word === "on" || word === "off";
  if (command === "status") console.log(JSON.stringify(await status()));
  else if (command === "drain" && isSwitch) await drain(word);
  else if (command === "step-down" && word === "on") await stepDown();
  else if (command === "step-down" && word === "off") stayUp();
  else if (command === "take") writeFileSync(vrrpFifo, "TAKE\n");
  else throw new Error(usage);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
