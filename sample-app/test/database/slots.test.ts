import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { NoSlotError } from "../../src/database/failures";
import { Slots } from "../../src/database/slots";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("gives places out in the order of arrival", async () => {
  const slots = new Slots(1);
  await slots.take(0);
  const order: string[] = [];
  const first = slots.take(1000).then(() => order.push("first"));
  const second = slots.take(1000).then(() => order.push("second"));
  slots.release();
  await first;
  slots.release();
  await second;
  expect(order).toEqual(["first", "second"]);
});

it("gives up after the time allowed, and the place goes to the next one", async () => {
  const slots = new Slots(1);
  await slots.take(0);
  const impatient = expect(slots.take(10)).rejects.toThrow(NoSlotError);
  const patient = slots.take(1000);
  await vi.advanceTimersByTimeAsync(10);
  await impatient;
  slots.release();
  await expect(patient).resolves.toBeUndefined();
});
