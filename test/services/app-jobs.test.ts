import { describe, expect, it } from "vitest";
import { jobStopSeconds, jobWatchdogSeconds } from "../../host/app-job/lease";
import { releaseStartPath, startsInRelease } from "../../services/app/release-start";
import { jobTimerText, jobUnitText } from "../../services/app-jobs/job-units";
import { job } from "../support/jobs";
import { busyAppNode } from "./rendered";

const place = { current: "/srv/app/current", envPath: "/etc/webstack/app.env" };

describe("the timer of a job", () => {
  it("has all its calendar events, and is not a minute late", () => {
    const timer = jobTimerText(
      job({ calendar: ["*-*-01 04:00:00 UTC", "Mon *-*-* 04:00:00 UTC"] }),
    );
    expect(timer.match(/^OnCalendar=.*$/gm)).toEqual([
      "OnCalendar=*-*-01 04:00:00 UTC",
      "OnCalendar=Mon *-*-* 04:00:00 UTC",
    ]);
    expect(timer).toContain("AccuracySec=1s\n");
    expect(timer).not.toMatch(/Randomized|Persistent/);
  });
});

describe("the unit of a job", () => {
  const unit = jobUnitText(place, job({ command: ["node", "report.js", "50% $x"] }));

  it("hands its events, its limit and the words of the command to the program that asks whose run it is", () => {
    expect(unit).toContain(
      `ExecStart=${startsInRelease} /usr/bin/node /usr/local/lib/webstack/app-job.js run report 3600 ` +
        '"*-*-* 03:30:00 Europe/Berlin" -- node report.js "50%% $$x"\n',
    );
  });

  it("is ended by systemd before its run counts as lost, should that program hang", () => {
    expect(unit).toContain(`WatchdogSec=${jobWatchdogSeconds}\nWatchdogSignal=SIGKILL\n`);
    expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)![1])).toBeGreaterThan(jobStopSeconds + 10);
  });
});

describe("the jobs of a node", () => {
  it("are timers alone, which wait for a release, and a new release does not touch", () => {
    const timers = busyAppNode().services.filter(({ unit }) => unit.startsWith("cron-"));
    expect(timers.map(({ unit, needs, restartFiles }) => [unit, needs, restartFiles])).toEqual([
      [
        "cron-report.timer",
        ["/etc/webstack/app.env", "/srv/app/current"],
        [
          "/etc/systemd/system/cron-report.timer",
          "/etc/systemd/system/cron-report.service",
          "/usr/local/lib/webstack/app-job.js",
          releaseStartPath,
        ],
      ],
    ]);
  });
});
