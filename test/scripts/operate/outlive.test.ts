import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { endSignals, outliveSignals } from "../../../scripts/operate/outlive";

/** Exit status of a program whose output closes after the first line; 7: it came to its end. */
async function statusOf(preparation: string): Promise<number> {
  const program = `${preparation}; let n = 0; setInterval(() => { console.log(n); console.error(n); if (++n === 20) process.exit(7); }, 20)`;
  const child = spawn(process.execPath, ["-r", "./scripts/start.cjs", "-e", program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await once(child.stdout, "data");
  child.stdout.destroy();
  child.stderr.destroy();
  return ((await once(child, "close")) as [number])[0];
}

it("a command outlives the reader of its output", async () => {
  const path = require.resolve("../../../scripts/operate/outlive.ts");
  expect(await statusOf(`require(${JSON.stringify(path)}).outliveOutput()`)).toBe(7);
  expect(await statusOf("")).not.toBe(7);
});

it("a command outlives each signal while it works, and not afterwards", async () => {
  const [told, ends] = [vi.fn(), vi.fn()];
  for (const signal of endSignals) process.on(signal, ends);
  await outliveSignals(told, async () => endSignals.forEach((signal) => process.emit(signal)));
  expect(told).toHaveBeenCalledTimes(3);
  expect(ends).not.toHaveBeenCalled();
  process.emit("SIGHUP");
  for (const signal of endSignals) process.off(signal, ends);
  expect(ends).toHaveBeenCalledOnce();
});
