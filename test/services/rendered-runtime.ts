import type { Bundle } from "../../services/bundle";
import { job, worker } from "../support/jobs";
import { appProgram, release } from "../support/tier-args";
import { appNodeWith } from "./rendered";

/** Bundle of an app node whose release brings a Node.js of its own. */
export function appNodeWithNode(): Bundle {
  const program = appProgram({ migrate: ["node", "migrate.js"] });
  const own = { ...release, runtime: { digest: "e".repeat(64), root: "/srv/runtime" } };
  const workers = [worker(), worker({ name: "clock", nodes: "one" })];
  return appNodeWith(0, program, { release: own, workers, cron: [job()] });
}

/** Bundle of an app node with an app of Python. */
export function appNodeWithPython(): Bundle {
  const command = ["python3", "-m", "gunicorn", "--bind", "127.0.0.1:${PORT}", "shop.wsgi"];
  return appNodeWith(0, appProgram({ command }), { python: "site-packages" });
}

/** Bundle of an app node with a plain executable. */
export function appNodeWithExecutable(): Bundle {
  return appNodeWith(0, appProgram({ command: ["./bin/shop"] }));
}
