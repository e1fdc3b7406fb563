import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";

const vrrpFifo = "/run/webstack/vrrp.fifo";
const stepDownFile = "/run/webstack/step-down";
const drainMap = "/etc/haproxy/drain.map";
const haproxySocket = "/run/haproxy/admin.sock";
const usage = "usage: edge status | drain on|off | step-down on|off | take";

/** Sends one command to HAProxy; resolves with what it says. */
function tell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(haproxySocket);
    let text = "";
    socket.setTimeout(2_000, () => socket.destroy(new Error("HAProxy does not answer")));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", reject);
    socket.on("end", () => resolve(text.trim()));
    socket.end(`${command}\n`);
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

async function status(): Promise<object> {
  const mover = read("/run/webstack-mover/status.json");
  const draining = await tell(`get map ${drainMap} edge`).catch(() => "");
  return {
    healthy: read("/run/webstack/edge-health") === "0",
    draining: /value="on"/.test(draining),
    ...(mover === undefined ? {} : { mover: JSON.parse(mover) as unknown }),
  };
}

async function drain(word: string): Promise<void> {
  const said = await tell(`set map ${drainMap} edge ${word}`);
  if (said !== "") throw new Error(`HAProxy says: ${said}`);
}

/** An operator's hand on this load balancer; the commands of `npm run edge:*` call it over SSH. */
async function main([command, word = ""]: string[]): Promise<void> {
  const isSwitch = word === "on" || word === "off";
  if (command === "status") console.log(JSON.stringify(await status()));
  else if (command === "drain" && isSwitch) await drain(word);
  else if (command === "step-down" && word === "on") writeFileSync(stepDownFile, "");
  else if (command === "step-down" && word === "off") rmSync(stepDownFile, { force: true });
  else if (command === "take") writeFileSync(vrrpFifo, "TAKE\n");
  else throw new Error(usage);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
