import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the kernel keeps the processor groups (cgroup v1), and the engine's group in it. */
const processorGroups = "/sys/fs/cgroup/cpu";
const engineGroup = "docker";
/** Real-time budget of the engine's group and of one host, microseconds in a second. */
const engineRealtimeUs = 400_000;
const hostRealtimeUs = 20_000;

/**
 * Arguments of `docker create` that let a host run real-time processes, with the budget for it. The
 * engine makes its group with the first container that starts: too late for those created before,
 * so the group is made here. None where the kernel does not count real time by groups.
 *
 * @param groups such as `/sys/fs/cgroup/cpu`.
 */
export function realtimeArguments(groups = processorGroups): string[] {
  const file = "cpu.rt_runtime_us";
  if (!existsSync(join(groups, file))) return [];
  const engine = join(groups, engineGroup);
  try {
    mkdirSync(engine, { recursive: true });
    const budget = join(engine, file);
    if (!existsSync(budget) || Number(readFileSync(budget, "utf8")) < engineRealtimeUs) {
      writeFileSync(budget, String(engineRealtimeUs));
    }
    return [`--cpu-rt-runtime=${hostRealtimeUs}`];
  } catch {
    return [];
  }
}
