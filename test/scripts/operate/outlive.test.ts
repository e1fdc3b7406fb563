import { expect, it, vi } from "vitest";
import { endSignals, outliveSignals } from "../../../scripts/operate/outlive";

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
