import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { prepareCommand, restoreCommand, stepCommand } from "../../../scripts/drill/database-clock";

describe("a clock that can be stepped", () => {
  it("is stepped by a file that is replaced as a whole", () => {
    expect([3_600, 0, -3_600].map(stepCommand)).toEqual(
      ["+3600", "+0", "-3600"].map(
        (offset) =>
          `echo ${offset} | sudo tee /run/webstack-clock.new >/dev/null && ` +
          "sudo mv /run/webstack-clock.new /run/webstack-clock",
      ),
    );
  });

  it("needs the library on the host, and keeps the monotonic clock", () => {
    expect(prepareCommand()).toMatch(/^ls \/usr\/lib\/\*\/faketime\/libfaketimeMT\.so\.1 /);
    expect(prepareCommand()).toContain("'Environment=FAKETIME_DONT_FAKE_MONOTONIC=1'");
    expect(prepareCommand()).toContain("'Environment=LD_PRELOAD=/usr/$LIB/faketime/");
  });

  it("leaves nothing behind that was put there", () => {
    const made = [...prepareCommand().matchAll(/tee (\/run\/systemd\S+)/g)].map(
      ([, path]) => path!,
    );
    expect(made).toHaveLength(2);
    for (const path of made) expect(restoreCommand()).toContain(` ${path} `);
  });

  it.each([prepareCommand(), restoreCommand(), stepCommand(-1)])(
    "is a shell command: %s",
    (text) => {
      expect(() => execFileSync("sh", ["-n", "-c", text])).not.toThrow();
    },
  );
});
