import {
  type Answer,
  type Assumption,
  differs,
  everywhere,
  ok,
  onEach,
  unknown,
} from "./assumption";

/** Largest offset from the time servers, seconds: leases and certificates tolerate ten times as much. */
const mostSeconds = 0.1;

/** Offset in an answer of chronyc's CSV; the fifth column of `tracking`, seconds. */
function chronyOffset({ status, text }: Answer): number | undefined {
  const offset = status === 0 ? Number(text.split(",")[4]) : Number.NaN;
  return Number.isFinite(offset) ? Math.abs(offset) : undefined;
}

const seconds: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6 };

/** Offset in `timedatectl timesync-status`, such as `Offset: -1.204ms`. */
function timesyncOffset({ text }: Answer): number | undefined {
  const [, value, unit] = /^ *Offset: [+-]?([\d.]+)(\w?s)$/m.exec(text.replaceAll("µ", "u")) ?? [];
  return value === undefined ? undefined : Number(value) * (seconds[unit!] ?? 1);
}

/** An offset as a bound, so that nodes with about the same are told together. */
function bound(offset: number): string {
  const known = [0.001, 0.01, mostSeconds].find((most) => offset <= most);
  return known === undefined ? `${offset.toFixed(2)} s off` : `within ${known * 1000} ms`;
}

/** Synchronisation of the clocks. */
export const clock: readonly Assumption[] = [
  {
    id: "time",
    assumed: "chrony or systemd-timesyncd keeps the clock, and it is at most 0.1 s off",
    local: "the clock of this machine; no host keeps it",
    differsLocally: true,
    judge: onEach(everywhere, (ask) => {
      const [chrony, timesync] = [chronyOffset(ask("chrony")), timesyncOffset(ask("timesync"))];
      const offset = chrony ?? timesync;
      const isSynchronised = /^NTPSynchronized=yes$/m.test(ask("clock").text);
      if (offset === undefined) return differs("no program keeps the clock");
      const by = `${chrony === undefined ? "systemd-timesyncd" : "chrony"}, ${bound(offset)}`;
      if (!isSynchronised) return differs(`${by}, not synchronised`);
      return offset <= mostSeconds ? ok(by) : differs(by);
    }),
  },
  {
    id: "nts",
    assumed: "the time servers' keys arrive (NTS, TCP 4460) where a node may not call every port",
    local: "no time servers",
    judge: onEach(["lb", "db"], (ask) => {
      const sources = ask("nts")
        .text.split("\n")
        .map((line) => line.trim().split(","))
        .filter(([, mode]) => mode === "NTS");
      if (sources.length === 0) return unknown("no source uses NTS");
      // The fifth column is the length of the key, bits; 0: no key came.
      const keyed = sources.filter(([, , , , bits]) => Number(bits) > 0).length;
      if (keyed === 0) return differs("no source gave a key");
      return ok("sources gave keys");
    }),
  },
];
