import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemdNotifier } from "../src/notify";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started(env: Record<string, string>) {
  const sent: string[] = [];
  const notifier = systemdNotifier(
    env,
    () => undefined,
    async (args) => void sent.push(args.join(" ")),
  );
  notifier.ready();
  return { sent, notifier };
}

describe("systemdNotifier", () => {
  it("is silent without a service manager", () => {
    expect(started({}).sent).toEqual([]);
  });

  it("reports that the process serves and that it stops", () => {
    const { sent, notifier } = started({ NOTIFY_SOCKET: "/run/notify" });
    notifier.stopping();
    expect(sent).toEqual(["--ready", "--stopping"]);
  });

  it("feeds the watchdog three times per period", () => {
    const { sent } = started({ NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "6000000" });
    vi.advanceTimersByTime(6000);
    expect(sent).toEqual(["--ready", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  });
});
