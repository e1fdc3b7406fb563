import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Starts the gateway of a state directory in the router's namespace, in place of a former one. */
export function startGateway(state: string, router: string): void {
  stopGateway(state);
  const log = openSync(join(state, "gateway.log"), "a", 0o600);
  const script = join(__dirname, "gateway.ts");
  const program = [process.execPath, "--import", require.resolve("tsx"), script, state];
  const child = spawn("ip", ["netns", "exec", router, ...program], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  writeFileSync(join(state, "gateway.pid"), String(child.pid));
}

function stopGateway(state: string): void {
  const file = join(state, "gateway.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8"));
  const running = `/proc/${pid}/cmdline`;
  if (existsSync(running) && readFileSync(running, "utf8").includes("gateway.ts")) {
    process.kill(pid);
  }
  rmSync(file, { force: true });
}
