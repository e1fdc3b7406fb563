import { setTimeout as delay } from "node:timers/promises";
import { StoreError } from "./object-store";

/** Waits between attempts for one object, milliseconds; about ten minutes in total. */
const usualWaitsMs = [
  1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 120_000, 240_000,
];

/**
 * Repeats work on a store that fails. Other errors than that of a store end it at once.
 *
 * @throws StoreError of the last attempt.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  waitsMs: readonly number[] = usualWaitsMs,
): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      await delay(waitMs);
    }
  }
  return work();
}
