import { describe, expect, it, vi } from "vitest";
import { retire } from "../../../host/converge/services";
import { systemd, systemdWith } from "./fake-systemd";

vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const up = { active: "active", file: "enabled" };

describe("retire", () => {
  /** Systemd as of version 259, whose `disable` neither disables nor stops anything if one unit has no file. */
  function withoutFileOf(missing: string): void {
    systemd.answer = (command) =>
      command.includes("disable") && command.includes(missing)
        ? { status: 1, stderr: `Failed to disable unit: Unit file ${missing} does not exist` }
        : undefined;
  }

  it("turns off each unit, also beside one whose file is gone", async () => {
    systemdWith({ "old.service": up, "older.service": up });
    withoutFileOf("older.service");
    systemd.units.get("older.service")!.file = "";
    await retire(["old.service", "older.service"]);
    expect([...systemd.units.values()].map(({ active, file }) => [active, file])).toEqual([
      ["inactive", "disabled"],
      ["inactive", ""],
    ]);
  });

  it.each([
    ["runs", { active: "active", file: "" }],
    ["is enabled", { active: "inactive", file: "enabled" }],
  ])("fails with the name of a unit that still %s", async (_, left) => {
    systemdWith({ "old.service": up, "stuck.service": left });
    systemd.answer = (command) =>
      command.includes("stuck.service") && !command.includes("show") ? { status: 1 } : undefined;
    await expect(retire(["old.service", "stuck.service"])).rejects.toThrow(
      /^stuck\.service could not be stopped and disabled\n/,
    );
    await retire(["stuck.service"], true);
  });
});
