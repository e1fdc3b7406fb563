import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { certificatesReport, requestRenewal } from "./edge/certificates";
import {
  openConnections,
  connectionsOfOldWorkers,
  endOldWorkers,
  replaceWorker,
  sendCommand,
} from "./haproxy/commands";
import { probe } from "./prober/health";
import { monotonicMs } from "./time/monotonic";

const vrrpFifo = "/run/webstack/vrrp.fifo";
const stepDownFile = "/run/webstack/step-down";
const moverConfig = "/etc/webstack/mover.json";
const healthFile = "/run/webstack/edge-health";
const drainMap = "/etc/haproxy/drain.map";
const haproxySocket = "/run/haproxy/admin.sock";
/** Socket of HAProxy's master process, from the options of the package's unit. */
const masterSocket = "/run/haproxy-master.sock";
/**
 * nftables command that drops new connections. A client retransmits an unanswered SYN after one second
 * (RFC 6298), which then reaches the new holder of the address. The elements time out by themselves, even
 * if this program dies.
 */
const welcomeNew = "flush set inet webstack held_back";
const refuseNew = (seconds: number) =>
  `${welcomeNew}; add element inet webstack held_back { 80 timeout ${seconds}s, 443 timeout ${seconds}s }`;
/**
 * How long new connections are dropped, seconds. If the other load balancer is master already and only left the address
 * here, it probes this node once a second, and takes the address after three unanswered probes of 0.5 s.
 */
const refusedSeconds = { master: 2, standby: 4 };
/** Time for handshakes under way, and then at most for answers under way, milliseconds. */
const inFlightMs = { handshakes: 100, answers: 600 };
/** Drain time, milliseconds: as long as an idle connection may live. */
const drainMs = 10_000;
/** Longest wait for the change of roles, after which the other load balancer moves the address, milliseconds. */
const roleMs = 1_000;
/** Time for the move of the address, at least and at most, milliseconds; at most while clients are connected. */
const movedMs = { least: 3_000, most: 10_000 };
const usage =
  "usage: edge status | drain on|off | step-down on|off | take | aside | back | renew [name ...]";

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

async function isDraining(): Promise<boolean> {
  const answer = await sendCommand(haproxySocket, `get map ${drainMap} edge`).catch(() => "");
  return /value="on"/.test(answer);
}

interface MoverStatus {
  holds?: boolean;
  vrrp?: string;
}

function moverStatus(): MoverStatus | undefined {
  const text = read("/run/webstack-mover/status.json");
  return text === undefined ? undefined : (JSON.parse(text) as MoverStatus);
}

async function status(): Promise<object> {
  const mover = moverStatus();
  const certificates = certificatesReport(read);
  return {
    healthy: read(healthFile) === "0",
    draining: await isDraining(),
    ...(mover === undefined ? {} : { mover }),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

async function drain(word: string): Promise<void> {
  const answer = await sendCommand(haproxySocket, `set map ${drainMap} edge ${word}`);
  if (answer !== "") throw new Error(`HAProxy refused to set draining to ${word}: ${answer}`);
}

interface MoverConfig {
  node: string;
  servers: { name: string; publicIp: string }[];
}

const askMaster = (command: string) => sendCommand(masterSocket, command);

async function isBusy(): Promise<boolean> {
  const present = openConnections(await sendCommand(haproxySocket, "show stat -1 1 -1"));
  return present > 0 || (await connectionsOfOldWorkers(askMaster).catch(() => 0)) > 0;
}

/** Asks HTTP/2 visitors to leave. A failure is only logged: the address must move all the same. */
async function sendGoaway(): Promise<void> {
  const wasDraining = await isDraining();
  try {
    await replaceWorker(askMaster);
    // The new worker has read the file, which says `off`.
    if (wasDraining) await drain("on");
  } catch (error) {
    console.error(`HTTP/2 visitors are not asked to leave: ${(error as Error).message}`);
  }
}

/** Ends what is still open on the old workers. A failure is only logged: the address must move all the same. */
async function cutLeft(): Promise<void> {
  try {
    await endOldWorkers(askMaster, (pid) => {
      try {
        process.kill(pid, "SIGTERM");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    });
  } catch (error) {
    console.error(`visitors who wait for an answer are not told: ${(error as Error).message}`);
  }
}

/**
 * Prepares the loss of the address: running requests are answered, and new connections are not accepted,
 * because they would be cut off. Connections that are left end as late as they can, once the roles have changed.
 *
 * @param seconds how long new connections are not accepted.
 */
async function stepDown(seconds: number): Promise<void> {
  execFileSync("nft", [refuseNew(seconds)]);
  // Handshakes under way end at the worker that then sends GOAWAY.
  await pause(inFlightMs.handshakes);
  await sendGoaway();
  const begun = monotonicMs();
  while (monotonicMs() - begun < inFlightMs.answers && (await isBusy())) await pause(20);
  execFileSync("nft", [refuseNew(seconds)]);
  writeFileSync(stepDownFile, String(monotonicMs()));
  // The prober would write the same in its next round; writing it here saves clients that wait.
  writeFileSync(healthFile, "1\n");
  const changing = monotonicMs();
  while (monotonicMs() - changing < roleMs && moverStatus()?.vrrp === "MASTER") await pause(20);
  await cutLeft();
}

function stayUp(): void {
  rmSync(stepDownFile, { force: true });
  execFileSync("nft", [welcomeNew]);
}

/**
 * Gives the address to the other load balancer, before HAProxy restarts here. Does nothing without the address, or
 * if the other one does not serve.
 */
async function stepAside(): Promise<void> {
  const mover = moverStatus();
  if (!mover?.holds) return;
  const { node, servers } = JSON.parse(readFileSync(moverConfig, "utf8")) as MoverConfig;
  const other = servers.find(({ name }) => name !== node);
  if (!other || (await probe(`http://${other.publicIp}/healthz`, 1_000)) !== "served") {
    return console.log("the other load balancer does not serve, so the address stays");
  }
  await drain("on");
  await pause(drainMs);
  await stepDown(mover.vrrp === "MASTER" ? refusedSeconds.master : refusedSeconds.standby);
  const begun = monotonicMs();
  await pause(movedMs.least);
  while (monotonicMs() - begun < movedMs.most && (await isBusy())) await pause(100);
}

/** Commands on this load balancer; `npm run edge:*` calls them over SSH, converge calls `aside` and `back`. */
async function main([command, ...words]: string[]): Promise<void> {
  const [word = ""] = words;
  const isSwitch = word === "on" || word === "off";
  if (command === "status") console.log(JSON.stringify(await status()));
  else if (command === "drain" && isSwitch) await drain(word);
  else if (command === "step-down" && word === "on") await stepDown(refusedSeconds.master);
  else if (command === "step-down" && word === "off") stayUp();
  else if (command === "take") writeFileSync(vrrpFifo, "TAKE\n");
  else if (command === "aside") await stepAside();
  else if (command === "renew") requestRenewal(read, words, Date.now());
  else if (command === "back") {
    stayUp();
    await drain("off");
  } else throw new Error(usage);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
