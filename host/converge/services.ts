import { existsSync } from "node:fs";
import { get } from "node:http";
import type { BundleService } from "./bundle";
import { must, pause, run, say } from "./run";

/** What systemd says of a unit. */
interface UnitState {
  active: string;
  file: string;
}

/** What happened to the services. */
export interface ServicesResult {
  /** Active state by unit. */
  services: Record<string, string>;
  /** Units that stay off, with the paths they wait for. */
  waiting: Record<string, string[]>;
}

/** Active and file state of units, in one call. */
export async function unitStates(units: readonly string[]): Promise<Map<string, UnitState>> {
  if (units.length === 0) return new Map();
  const properties = "--property=Id,ActiveState,UnitFileState";
  const { stdout } = await run(["/usr/bin/systemctl", "show", properties, ...units]);
  const blocks = stdout.trim().split("\n\n");
  return new Map(
    units.map((unit, i) => {
      const value = (key: string) =>
        new RegExp(`^${key}=(.*)$`, "m").exec(blocks[i] ?? "")?.[1] ?? "unknown";
      return [unit, { active: value("ActiveState"), file: value("UnitFileState") }];
    }),
  );
}

/** True if the unit is up; a reload under way counts. */
function isUp(state: UnitState | undefined): boolean {
  return ["active", "activating", "reloading"].includes(state?.active ?? "");
}

/**
 * Starts, reloads or restarts what the changed paths concern, in the bundle's order, and waits for
 * the health of each service that was touched.
 *
 * @throws Error naming the unit, with the end of its journal.
 */
export async function bringUp(
  services: readonly BundleService[],
  changed: ReadonlySet<string>,
): Promise<ServicesResult> {
  const states = await unitStates(services.map(({ unit }) => unit));
  const result: ServicesResult = { services: {}, waiting: {} };
  for (const service of services) {
    const { unit } = service;
    const missing = service.needs.filter((path) => !existsSync(path));
    if (missing.length > 0) {
      result.waiting[unit] = missing;
      result.services[unit] = "waiting";
      continue;
    }
    await actOn(service, states.get(unit), changed);
    await waitHealthy(service);
    result.services[unit] = "active";
  }
  return result;
}

async function actOn(
  service: BundleService,
  state: UnitState | undefined,
  changed: ReadonlySet<string>,
): Promise<void> {
  const { unit } = service;
  const touches = (paths: readonly string[]) => paths.some((path) => changed.has(path));
  const verb = !isUp(state)
    ? "start"
    : touches(service.restartFiles)
      ? "restart"
      : touches(service.reloadFiles)
        ? "reload-or-restart"
        : undefined;
  try {
    if (state?.file === "disabled") await must(["/usr/bin/systemctl", "enable", "--quiet", unit]);
    if (verb) {
      say(verb, unit);
      if (verb === "start") await run(["/usr/bin/systemctl", "reset-failed", unit]);
      await must(["/usr/bin/systemctl", verb, unit], 330);
    }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await journalTail(unit)}`);
  }
}

async function waitHealthy({ unit, health }: BundleService): Promise<void> {
  if (!health) return;
  const end = Date.now() + health.timeoutSeconds * 1000;
  for (let tries = 0; ; tries++) {
    const problem = await unhealthy(health);
    if (problem === undefined) {
      if (tries > 0) say("healthy", unit);
      return;
    }
    if (Date.now() >= end) {
      const wait = `${unit} is not healthy after ${health.timeoutSeconds} s: ${problem}`;
      throw new Error(`${wait}\n${await journalTail(unit)}`);
    }
    await pause(Math.min(100 + tries * 20, 500));
  }
}

async function unhealthy(
  health: NonNullable<BundleService["health"]>,
): Promise<string | undefined> {
  if (health.command) {
    const { status, stdout, stderr } = await run(health.command, 10);
    return status === 0 ? undefined : `${health.command.join(" ")}: ${stdout}${stderr}`.trim();
  }
  const url = health.http ?? "";
  return new Promise((resolve) => {
    const request = get(url, { timeout: 3_000, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString().slice(0, 500)));
      response.on("end", () =>
        resolve(
          response.statusCode === 200
            ? undefined
            : `${url} answered ${response.statusCode} ${body.trim()}`,
        ),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 3 s")));
    request.on("error", (error) => resolve(`${url}: ${error.message}`));
  });
}

/** The last lines that a unit logged. */
export async function journalTail(unit: string, lines = 25): Promise<string> {
  const command = [
    "/usr/bin/journalctl",
    "--no-pager",
    "-o",
    "cat",
    "-n",
    String(lines),
    "-u",
    unit,
  ];
  const { stdout } = await run(command);
  return `--- last lines of ${unit} ---\n${stdout.trim()}`;
}

/** Stops and disables units that no bundle wants any more. */
export async function retire(units: readonly string[]): Promise<void> {
  for (const unit of units) {
    say("retire", unit);
    await run(["/usr/bin/systemctl", "disable", "--now", unit]);
  }
}
