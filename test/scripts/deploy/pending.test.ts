import { describe, expect, it } from "vitest";
import { pendingEdits } from "../../../scripts/deploy/pending";
import { begins, type Inputs, step } from "./support/events";

const unit = "/etc/systemd/system/app@.service";
const unitKey = `files[${JSON.stringify(unit)}]`;
const withUnit = (command: string, more = ""): Inputs => ({
  files: { [unit]: `[Service]\nUser=app\n${more}ExecStart=/usr/bin/node ${command}\n` },
});
const migration = (...restartFiles: string[]): Inputs => ({
  services: [
    { unit: "haproxy.service", restartFiles: ["/etc/haproxy/haproxy.cfg"] },
    { unit: "webstack-migrate.service", restartFiles },
  ],
});

describe("what is pending besides the release", () => {
  it("is nothing where nothing changes, or the release alone", () => {
    const events = [
      step("same", "hcloud:index/server:Server", "web-1-vm"),
      step("read", "x:y:Z", "a"),
      begins("app-1", ["release.digest", "release.archive"]),
      begins("web-1", ["release"]),
    ];
    expect(pendingEdits(events, true)).toEqual([]);
  });

  it("is named by node and place, each once", () => {
    const keys = [
      'secrets["/etc/webstack/app.env"]',
      'files["/etc/nginx/nginx.conf"]',
      'attributes["/etc/nginx/nginx.conf"]',
      "checks[5].command[0]",
      "checks[5].command[1]",
      "release.digest",
    ];
    expect(pendingEdits([begins("app-1", keys)], true)).toEqual([
      "app-1: /etc/webstack/app.env (secret), /etc/nginx/nginx.conf, checks",
    ]);
  });

  it("is what a host lacks that an `up` passed over", () => {
    const [one, other] = [withUnit("a.js"), withUnit("a.js", "Nice=5\n")];
    const event = begins("app-1", [unitKey, "unreached", "release.digest"], [other, other]);
    const { old } = event.resourcePreEvent!.metadata;
    const passed = (outputs: object) => Object.assign(old!, { outputs });
    passed({ ...one, unreached: "gone" });
    expect(pendingEdits([event], true)).toEqual([`app-1: ${unit}`]);
    passed({ ...other, unreached: "gone" });
    expect(pendingEdits([event], true)).toEqual([]);
  });

  it("is every other step", () => {
    const events = [
      step("create", "hcloud:index/server:Server", "app-3-vm"),
      step("create", "host:index:Configuration", "app-3-configuration"),
      step("delete", "hcloud:index/volume:Volume", "db-1-volume"),
    ];
    expect(pendingEdits(events, true)).toEqual([
      "app-3-vm: create Server",
      "app-3: create Configuration",
      "db-1-volume: delete Volume",
    ]);
  });

  it("is not that tables are looked at without refusing a release that ran before", () => {
    const path = "/etc/systemd/system/webstack-table-check@.service";
    const [before, after] = ["refuse", "warn"].map((word): Inputs => ({
      files: { [path]: `[Service]\nExecStart=/usr/bin/node app-job.js tables ${word}\n` },
    }));
    const event = begins("app-1", [`files[${JSON.stringify(path)}]`], [before!, after!]);
    expect(pendingEdits([event], false)).toEqual([]);
  });

  it("is not the command that another release says", () => {
    const event = begins(
      "app-1",
      [unitKey, "release.digest"],
      [withUnit("a.js"), withUnit("b.js")],
    );
    expect(pendingEdits([event], true)).toEqual([]);
  });

  it("is the command that the settings say, and anything else in the unit", () => {
    const command = begins("app-1", [unitKey], [withUnit("a.js"), withUnit("b.js")]);
    expect(pendingEdits([command], false)).toEqual([`app-1: ${unit}`]);
    const more = begins(
      "app-1",
      [unitKey],
      [withUnit("a.js"), withUnit("b.js", "WatchdogSec=8\n")],
    );
    expect(pendingEdits([more], true)).toEqual([`app-1: ${unit}`]);
  });

  it("is not whether the migration runs again, which a pin decides", () => {
    const keys = ["services[1].restartFiles[0]"];
    const [pinned, usual] = [migration("/a"), migration("/srv/app/current", "/a")];
    expect(pendingEdits([begins("app-1", keys, [usual, pinned])], true)).toEqual([]);
    const other = migration("/b");
    expect(pendingEdits([begins("app-1", keys, [usual, other])], true)).toEqual([
      "app-1: services",
    ]);
  });

  it("is not the runtime that a release brings", () => {
    const worker = "/etc/systemd/system/worker-mail@.service";
    const unitOf = (path: string, start: string) =>
      `[Service]\nEnvironment=PATH=${path}\nExecStart=${start} mail.js\n`;
    const before = {
      files: { [worker]: unitOf("/usr/bin", "/usr/bin/node") },
      services: [{ unit: "app@1.service", needs: ["/a"] }],
      packages: ["nodejs"],
    } as unknown as Inputs;
    const after = {
      files: { [worker]: unitOf("/srv/runtime/e/package/bin:/usr/bin", "/usr/bin/env node") },
      services: [{ unit: "app@1.service", needs: ["/a", "/srv/runtime/e"] }],
      packages: ["nodejs", "python3"],
    } as unknown as Inputs;
    const keys = [
      `files[${JSON.stringify(worker)}]`,
      "services[0].needs[1]",
      "packages[1]",
      "release.runtime",
    ];
    expect(pendingEdits([begins("app-1", keys, [before, after])], false)).toEqual([]);
    const edited = { ...after, packages: ["nodejs", "imagemagick"] } as unknown as Inputs;
    expect(pendingEdits([begins("app-1", keys, [before, edited])], false)).toEqual([
      "app-1: packages",
    ]);
  });

  it("is something where the engine does not say what", () => {
    expect(pendingEdits([begins("app-1", [])], true)).toHaveLength(1);
  });
});
