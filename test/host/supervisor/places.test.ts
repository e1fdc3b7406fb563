import { describe, expect, it } from "vitest";
import { slapArguments } from "../../../host/supervisor/places";

describe("the program that fills places", () => {
  it("makes and drops no schema, and uses one that each MySQL has", () => {
    expect(slapArguments).toContain("--no-drop");
    expect(slapArguments).toContain("--create-schema=mysql");
    expect(slapArguments.join(" ")).not.toMatch(/--create=|auto-generate/);
  });

  it("sends messages, spread over time, and changes no data", () => {
    expect(slapArguments).toContain(
      "--query=SET SESSION group_replication_consistency = 'BEFORE';DO SLEEP(0.15 * RAND());BEGIN;COMMIT",
    );
  });

  it("has more sessions than there are places, each for a second or so", () => {
    expect(slapArguments).toContain("--concurrency=30");
    expect(slapArguments).toContain(`--number-of-queries=${30 * 20 * 4}`);
  });
});
