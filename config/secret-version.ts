import { z } from "zod";
import { setting } from "./setting";

/** Bounds of a version and the rule for its change. */
const oneStep = {
  most: 1000,
  must: "be a whole number from 1 to 1000; raise it by 1 at a time and never lower it",
};

/**
 * Setting for the version of keys or passwords that the stack itself generates: another number makes new ones.
 *
 * @param about what the number counts, and what happens to the former ones.
 */
export function secretVersion(about: string, { most, must } = oneStep) {
  return setting(z.number().int().min(1).max(most), { about, must, example: 2 }).default(1);
}
