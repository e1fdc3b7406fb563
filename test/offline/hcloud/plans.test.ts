import { describe, expect, it } from "vitest";
import { tables } from "../../../offline/hcloud/table";
import { networkSubjects } from "./network-cases";
import { checked, plan } from "./resource-under-test";
import { serverSubjects } from "./server-cases";

const subjects = { ...serverSubjects, ...networkSubjects };

describe.each(Object.entries(subjects))("a plan of %s", (type, { base, cases }) => {
  const token = `hcloud:index/${type}`;

  it.each(cases)("%s from %j to %j: %s", (property, before, after, step) => {
    expect(plan(token, { ...base, [property]: before }, { ...base, [property]: after }).step).toBe(
      step,
    );
  });

  it("has a case for each property", () => {
    const covered = new Set(cases.map(([property]) => property));
    expect(Object.keys(tables[token]!.properties).filter((key) => !covered.has(key))).toEqual([]);
  });

  it("accepts the inputs it starts from, and plans nothing for the same again", () => {
    expect(checked(token, base).failures).toEqual([]);
    expect(plan(token, base, base).step).toBe("none");
  });
});

it("has a subject for each type", () => {
  const types = Object.keys(subjects).map((type) => `hcloud:index/${type}`);
  expect(types.sort()).toEqual(Object.keys(tables).sort());
});
