import { beforeEach, describe, expect, it, vi } from "vitest";
import { watchTrial } from "../../../host/converge/health";
import { service } from "./changing-host";
import { systemd, systemdWith } from "./fake-systemd";

const clock = vi.hoisted(() => ({ ms: 0 }));
vi.mock("../../../host/time/monotonic", () => ({ monotonicMs: () => clock.ms }));
vi.mock("../../../host/converge/run", async () => {
  const { runModule } = await import("./fake-systemd.js");
  const pause = (ms: number) => Promise.resolve(void (clock.ms += ms));
  return { ...runModule, pause };
});

const [first, second] = ["app@3101.service", "app@3102.service"].map((unit) =>
  service(unit, { trialSeconds: 30 }),
) as [ReturnType<typeof service>, ReturnType<typeof service>];

/** Lets the second process end and start anew after so many seconds. */
function endsAfter(seconds: number): void {
  systemd.answer = ([program, verb]) => {
    if (!program?.endsWith("systemctl") || verb !== "show") return undefined;
    const run = (id: string) => `Id=x\nActiveState=active\nInvocationID=${id}\n`;
    return { stdout: [run("a"), run(clock.ms >= seconds * 1_000 ? "c" : "b")].join("\n") };
  };
}

beforeEach(() => {
  clock.ms = 0;
  systemdWith({});
});

describe("watchTrial", () => {
  it("takes a release that stays up for the whole time", async () => {
    endsAfter(31);
    await expect(watchTrial([first, second])).resolves.toBeUndefined();
    expect(clock.ms).toBe(30_000);
    expect(systemd.messages).toEqual(["watch the new release for 30 s"]);
  });

  it("refuses one of which a process ends and starts again, by its unit", async () => {
    endsAfter(12);
    await expect(watchTrial([first, second])).rejects.toThrow(
      /^app@3102.service was healthy and ended within 12 s; a new release must run for 30 s/,
    );
  });

  it("waits for nothing where no service is tried", async () => {
    endsAfter(1);
    await watchTrial([service("nginx.service")]);
    expect(clock.ms).toBe(0);
  });
});
