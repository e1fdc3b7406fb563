import { describe, expect, it } from "vitest";
import { startsInRelease } from "../../services/app/release-start";
import { workerUnitText } from "../../services/app-workers/worker-units";
import { watchdogSeconds } from "../../host/app-job/lease";
import { worker } from "../support/jobs";
import { busyAppNode, ordinaryAppNode } from "./rendered";

const place = { current: "/srv/app/current", envPath: "/etc/webstack/app.env" };

describe("a worker's unit", () => {
  const unit = workerUnitText(place, worker({ command: ["./tick", "50%", "a b"] }));

  it("runs as the app's processes do, without a port", () => {
    const lines = unit.split("\n");
    expect(lines).toContain("User=app");
    expect(lines).toContain("EnvironmentFile=/etc/webstack/app.env");
    expect(lines).toContain("WorkingDirectory=/srv/app/current");
    expect(lines).toContain("ProtectSystem=strict");
    expect(lines).toContain("Environment=WORKER=mail PROCESS=%i");
    expect(unit).not.toContain("PORT");
  });

  it("hands over the words of the command as they are", () => {
    expect(unit).toContain(`ExecStart=${startsInRelease} /usr/bin/env ./tick 50%% "a b"\n`);
  });

  it("comes up only if the process stays for five seconds, and may finish its work", () => {
    expect(unit).toMatch(/ExecStartPost=.*for second in 1 2 3 4 5; do .*kill -0 "\$\{MAINPID\}"/);
    expect(workerUnitText(place, worker({ stopSeconds: 7 }))).toContain("TimeoutStopSec=7\n");
  });
});

describe("the unit of a worker that runs on one node at a time", () => {
  const unit = workerUnitText(place, worker({ nodes: "one", stopSeconds: 7 }));

  it("starts the program that has a lease, which starts the command", () => {
    expect(unit).toContain(
      `ExecStart=${startsInRelease} /usr/bin/node /usr/local/lib/webstack/app-job.js hold mail 7 node worker.js\n`,
    );
    expect(unit).toContain("User=app\n");
  });

  it("gives that program none of the app's variables, which could change what Node does", () => {
    expect(unit).not.toContain("EnvironmentFile");
    expect(unit).toContain("LoadCredential=app.env:/etc/webstack/app.env\n");
  });

  it("ends both when that program hangs, after the time that it reckons with", () => {
    expect(unit).toContain(`WatchdogSec=${watchdogSeconds(7)}\nWatchdogSignal=SIGKILL\n`);
  });
});

describe("the workers of a node", () => {
  const services = busyAppNode().services.filter(({ unit }) => unit.startsWith("worker-"));

  it("start anew with the release and the environment, after the app's processes", () => {
    const { services: all } = busyAppNode();
    const units = all.map(({ unit }) => unit);
    expect(units.indexOf("worker-mail@1.service")).toBeGreaterThan(
      units.indexOf("app@3102.service"),
    );
    for (const { restartFiles, needs } of services) {
      expect(restartFiles).toContain("/srv/app/current");
      expect(restartFiles).toContain("/etc/webstack/app.env");
      expect(needs).toEqual(["/etc/webstack/app.env", "/srv/app/current"]);
    }
  });

  it("have time for their work and a start in a restart", () => {
    const seconds = services.map(({ startTimeoutSeconds }) => startTimeoutSeconds);
    expect(seconds).toEqual([120, 120, 120]);
  });

  it("need a MySQL client and a program only if one runs on one node at a time", () => {
    const program = "/usr/local/lib/webstack/app-job.js";
    const { files, packages } = busyAppNode();
    expect([program in files, packages.includes("mysql-client")]).toEqual([true, true]);
    const ordinary = ordinaryAppNode();
    expect(program in ordinary.files).toBe(false);
    expect(ordinary.packages).not.toContain("mysql-client");
  });
});

describe("workers, timers and jobs in maintenance", () => {
  it("are started by nobody: their units have the condition, and converge knows of it", () => {
    const { files, services } = busyAppNode();
    const units = Object.entries(files).filter(([path]) =>
      /\/(worker|cron)-[^/]+\.(service|timer)$/.test(path),
    );
    expect(units.map(([path]) => path.split("/").at(-1))).toEqual(
      expect.arrayContaining(["worker-mail@.service", "cron-report.timer", "cron-report.service"]),
    );
    for (const [path, { content }] of units) {
      const [head] = content.split("[Service]")[0]!.split("[Timer]");
      expect(head, path).toContain("\nConditionPathExists=!/var/lib/webstack-maintenance\n");
    }
    const held = services
      .filter(({ offWhile }) => offWhile)
      .map(({ unit, offWhile }) => [unit, offWhile]);
    const away = services.filter(({ unit }) => /^(worker|cron)-/.test(unit));
    expect(held).toEqual(away.map(({ unit }) => [unit, ["/var/lib/webstack-maintenance"]]));
  });

  it("leave the app's processes and the migration as they are", () => {
    expect(busyAppNode().files["/etc/systemd/system/app@.service"]!.content).not.toContain(
      "Condition",
    );
  });
});
