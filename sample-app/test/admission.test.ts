import { expect, it } from "vitest";
import { Admission } from "../src/admission";
import { OverloadedError } from "../src/errors";

it("refuses work at once when as much as is allowed is waiting, and accepts again afterwards", async () => {
  const admission = new Admission("writes", 2);
  let finish = (): void => undefined;
  const gate = new Promise<void>((resolve) => (finish = resolve));
  const first = admission.run(() => gate);
  const second = admission.run(() => gate);
  await expect(admission.run(async () => 3)).rejects.toThrow(
    new OverloadedError("2 writes are waiting already"),
  );
  finish();
  await Promise.all([first, second]);
  expect(await admission.run(async () => 4)).toBe(4);
});

it("gives the place back when the work fails", async () => {
  const admission = new Admission("writes", 1);
  await expect(admission.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(admission.pending).toBe(0);
});
