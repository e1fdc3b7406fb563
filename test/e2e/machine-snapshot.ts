import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

function lines(command: string, args: string[]): string[] {
  try {
    const output = execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.split("\n").filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}

function projectProcesses(): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return words.some((word) => /localcloud\/(main|machines)|local\/forwarder/.test(word))
          ? [words.join(" ").trim()]
          : [];
      } catch {
        return [];
      }
    });
}

/**
 * What a stack could leave on this machine, by kind: containers, namespaces, interfaces, firewall
 * tables, routes, loop devices, processes. Docker's own bridge and tables come with its engine, so
 * a snapshot is taken only after the engine runs.
 */
export function machineSnapshot(): Record<string, string[]> {
  return {
    containers: lines("docker", ["ps", "-aq", "--no-trunc"]).sort(),
    dockerVolumes: lines("docker", ["volume", "ls", "-q"]).sort(),
    namespaces: lines("ip", ["netns", "list"]).sort(),
    interfaces: lines("ip", ["-o", "link", "show"])
      .map((line) => line.split(":")[1]?.trim().split("@")[0] ?? "")
      .sort(),
    routes: [
      ...lines("ip", ["route", "show", "table", "all"]),
      ...lines("ip", ["-6", "route", "show"]),
    ]
      .map((line) => line.trim())
      .filter((line) => /203\.0\.113|198\.51\.100|192\.0\.2\.|2001:db8/.test(line))
      .sort(),
    firewallTables: lines("nft", ["list", "tables"]).sort(),
    loopDevices: lines("losetup", ["-a"]).sort(),
    processes: projectProcesses().sort(),
  };
}

/** What is in `after` and not in `before`, as `kind: line`. */
export function leftovers(
  before: Record<string, string[]>,
  after: Record<string, string[]>,
): string[] {
  return Object.entries(after).flatMap(([kind, found]) => {
    const known = new Set(before[kind]);
    return found.filter((line) => !known.has(line)).map((line) => `${kind}: ${line}`);
  });
}
