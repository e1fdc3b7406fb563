import type { Values } from "../../../plugin/values";

/** What is planned. */
export type Step = "none" | "update" | "replace";
/** Property, value before, value after, and what the official plugin plans. */
export type Case = [property: string, before: unknown, after: unknown, step: Step];

/** A type with its cases. */
export interface Subject {
  /** Inputs that are fine, with what cases need beside their property. */
  base: Values;
  cases: Case[];
}

/** Cases of many types. */
export const labels: Case = ["labels", { a: "1" }, { a: "2" }, "update"];
/** Cases of many types. */
export const labelsGone: Case = ["labels", { a: "1" }, undefined, "update"];
/** Cases of many types. */
export const rename: Case[] = [
  ["name", "one", "two", "update"],
  ["name", "one", undefined, "none"],
];
/** Cases of many types. */
export const protection: Case[] = [
  ["deleteProtection", undefined, true, "update"],
  ["deleteProtection", undefined, false, "none"],
];
/** Cases of the types that have all of these. */
export const usual: Case[] = [...rename, ...protection, labels, labelsGone];
