import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";

const interrupt = join(__dirname, "..", "..", "..", "scripts", "deploy", "interrupt.ts");
/** Says when it is ready, what it is told, and how its two signals are, for as long as nobody ends it. */
const program = `
  const { takeInterrupts } = require(${JSON.stringify(interrupt)});
  const { signal, engineSignal } = takeInterrupts((line) => console.log(line));
  signal.addEventListener("abort", () => console.log("own", engineSignal.aborted));
  engineSignal.addEventListener("abort", () => console.log("engine"));
  console.log("ready");
  setInterval(() => undefined, 1_000);
`;

function started() {
  const child = spawn(
    process.execPath,
    ["--require", require.resolve("tsx/cjs"), "--eval", program],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const saying = async (text: string) => {
    while (!output.includes(text)) await once(child.stdout, "data");
  };
  return { child, saying };
}

it("Ctrl-C ends the program's own work, lets the engine end by itself, and ends all when it comes again", async () => {
  const { child, saying } = started();
  await saying("ready");
  child.kill("SIGINT");
  await saying("stopping; a node that is at work finishes it");
  await saying("own false");
  // The same one, from another sender.
  child.kill("SIGINT");
  await new Promise((done) => setTimeout(done, 700));
  expect(child.exitCode).toBeNull();
  child.kill("SIGINT");
  const [status] = (await once(child, "exit")) as [number];
  expect(status).toBe(130);
});

it("the end of the terminal ends the engine too", async () => {
  const { child, saying } = started();
  await saying("ready");
  child.kill("SIGTERM");
  await saying("engine");
  child.kill("SIGKILL");
});
