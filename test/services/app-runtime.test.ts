import { describe, expect, it } from "vitest";
import { startsInRelease } from "../../services/app/release-start";
import { appNode, ordinaryAppNode } from "./rendered";
import { appNodeWithExecutable, appNodeWithNode, appNodeWithPython } from "./rendered-runtime";

const units = "/etc/systemd/system";
const own = `/srv/runtime/${"e".repeat(64)}`;

describe("a Node.js of its own", () => {
  const { files, services } = appNodeWithNode();

  it.each(["app@", "webstack-migrate", "worker-mail@", "worker-clock@", "cron-report"])(
    "comes first for %s.service",
    (name) => {
      const unit = files[`${units}/${name}.service`]!.content;
      expect(unit).toContain(
        `Environment=PATH=${own}/package/bin:/srv/app/current/node_modules/.bin:`,
      );
    },
  );

  it("runs the app, and not the programs of the host", () => {
    const start = (name: string) => /^ExecStart=.*$/m.exec(files[`${units}/${name}`]!.content)![0];
    expect(start("app@.service")).toBe(`ExecStart=${startsInRelease} /usr/bin/env node server.js`);
    const host = `ExecStart=${startsInRelease} /usr/bin/node /usr/local/`;
    expect(start("worker-clock@.service").slice(0, host.length)).toBe(host);
  });

  it("must be there before anything of the release starts", () => {
    const ofApp = services.filter(({ unit }) =>
      /^(app@|worker-|cron-|webstack-migrate)/.test(unit),
    );
    expect(ofApp.length).toBeGreaterThan(3);
    for (const { needs } of ofApp) expect(needs).toContain(own);
  });
});

describe("Python", () => {
  const { files, packages } = appNodeWithPython();

  it("has the packages of the release, and is the distribution's", () => {
    const unit = files[`${units}/app@.service`]!.content;
    expect(unit).toContain(
      "PYTHONPATH=/srv/app/current/site-packages PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1\n",
    );
    expect(packages).toContain("python3");
  });
});

describe("a plain executable", () => {
  it("is run as it is", () => {
    const unit = appNodeWithExecutable().files[`${units}/app@.service`]!.content;
    expect(unit).toContain(`ExecStart=${startsInRelease} /usr/bin/env ./bin/shop\n`);
  });
});

describe("a stack that says nothing", () => {
  it.each([appNode(), ordinaryAppNode()])("runs with the distribution's Node.js", (bundle) => {
    const text = JSON.stringify(bundle);
    expect(text).not.toMatch(/srv\/runtime|PYTHON(DONT|UN)|PYTHONPATH=\//);
    const start = `ExecStart=${startsInRelease} /usr/bin/node `;
    expect(bundle.files[`${units}/app@.service`]!.content).toContain(start);
    expect(bundle.packages).not.toContain("python3");
  });
});
