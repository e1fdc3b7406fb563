import { describe, expect, it } from "vitest";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { verbFor } from "../../host/converge/services";
import { unitChanges } from "../../preview/host-changes";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { text } from "../../preview/render/text";
import { configuration, message, server, step } from "./support";

const judged = (...events: EngineEvent[]) => previewOf(planOf(events), { stack: "dev" });
const webs = (n: number) =>
  Array.from({ length: n }, (_, i) => server("same", `web-${i + 1}`, ["cpx22", "cpx22"]));

it("the values of a host that an `up` passed over are its outputs", () => {
  const event = configuration("web-1", "nginx.service", "/a", "reload");
  const { old, new: next } = event.resourcePreEvent!.metadata;
  const outputs = { ...old!.inputs, unreached: "gone" };
  Object.assign(old!, { inputs: next!.inputs, outputs });
  expect(planOf([event]).steps[0]).toMatchObject({ before: outputs, after: next!.inputs });
});

describe("the verdict", () => {
  it("is safe if services only read their files anew", () => {
    const { verdict, counts } = judged(
      ...webs(2),
      configuration("web-1", "nginx.service", "/a", "reload"),
    );
    expect([verdict, counts.reloaded, counts.restarted]).toEqual(["safe", 1, 0]);
  });

  it("is careful if the proxy to the databases reloads, whose old worker ends with its sessions", () => {
    const reload = (node: string) =>
      judged(configuration(node, "haproxy.service", "/etc/haproxy/haproxy.cfg", "reload"));
    expect(reload("app-1").verdict).toBe("careful");
    expect(reload("app-1").visitors).toContain("a query under way then fails");
    expect(reload("lb-1").verdict).toBe("safe");
  });

  it("is careful if one of several is away for a moment", () => {
    const { verdict, visitors } = judged(
      ...webs(2),
      configuration("web-1", "nginx.service", "/a", "restart"),
    );
    expect(verdict).toBe("careful");
    expect(visitors).toContain("one node at a time");
  });

  it("is careful if packages are installed, and safe if they are only no longer wanted", () => {
    const packages = (before: string[], after: string[]) =>
      judged(
        ...webs(2),
        step("update", "web-1-configuration", "host:index:Configuration", {
          ...{ before: { packages: before }, after: { packages: after }, changed: ["packages[1]"] },
        }),
      );
    const { verdict, reasons, visitors } = packages(["nginx"], ["nginx", "brotli"]);
    expect([verdict, reasons]).toEqual(["careful", ["each web node installs brotli"]]);
    expect(visitors).toMatch(/^one web node at a time installs packages; where apt upgrades/);
    expect(packages(["nginx", "brotli"], ["nginx"]).verdict).toBe("safe");
  });

  it("is dangerous if nobody stands in", () => {
    const { verdict, visitors, reasons } = judged(server("update", "app-1", ["cpx22", "cpx32"]));
    expect(verdict).toBe("dangerous");
    expect(visitors).toContain("all but static files is off for about 2 min");
    expect(reasons).toEqual(["nobody stands in for the only app server"]);
    const mysql = configuration("db-1", "mysql.service", "/a", "restart");
    expect(judged(server("same", "db-1", ["cpx22", "cpx22"]), mysql).verdict).toBe("dangerous");
  });

  it("is dangerous if the only process of the app restarts", () => {
    const app = (processes: [before: number, after: number], ...nodes: string[]) => {
      const units = (count: number) =>
        Array.from({ length: count }, (_, i) => ({
          ...{ unit: `app@${3001 + i}.service`, needs: [], reloadFiles: [] },
          restartFiles: ["/etc/webstack/app.env"],
        }));
      const [before, after] = processes.map((count, i) => ({
        ...{ files: { "/etc/webstack/app.env": `A=${i}\n` }, services: units(count) },
      }));
      const changed = step("update", "app-1-configuration", "host:index:Configuration", {
        ...{ before: before!, after: after! },
      });
      return judged(...nodes.map((node) => server("same", node, ["cpx22", "cpx22"])), changed);
    };
    const only = app([1, 1], "app-1");
    expect([only.verdict, only.reasons]).toEqual([
      "dangerous",
      [
        "app restarts on each app node, one after the other, and no other process of the app stands in",
      ],
    ]);
    expect(only.visitors).toContain("the only process of the app is off while it restarts");
    expect(app([1, 2], "app-1").verdict).toBe("dangerous");
    expect(app([2, 2], "app-1").verdict).toBe("careful");
    expect(app([1, 1], "app-1", "app-2").verdict).toBe("careful");
  });

  it("counts a server that comes with the change as nobody yet", () => {
    const events = [
      server("create", "app-2", [undefined, "cpx32"]),
      server("update", "app-1", ["cpx22", "cpx32"]),
    ];
    expect(judged(...events).verdict).toBe("dangerous");
  });

  it("is dangerous if data or an address is lost", () => {
    const volume = "hcloud:index/volume:Volume";
    const lost = judged(step("delete", "db-1-volume", volume, { before: { size: 10 } }));
    expect([lost.verdict, lost.counts.deleted]).toEqual(["dangerous", 1]);
    expect(lost.reasons).toEqual(["volume db-1-volume is deleted, and the data on it is lost"]);
    const address = "hcloud:index/floatingIp:FloatingIp";
    const values = { before: { type: "ipv4" }, after: { type: "ipv4" } };
    const moved = judged(
      step("create-replacement", "edge-ipv4", address, values),
      step("replace", "edge-ipv4", address, values),
      step("delete-replaced", "edge-ipv4", address, values),
    );
    expect([moved.verdict, moved.counts.replaced]).toEqual(["dangerous", 1]);
  });

  it("is dangerous if the cloud would refuse a smaller volume, and safe for a larger one", () => {
    const sized = (before: number, after: number) =>
      judged(
        step("update", "db-1-volume", "hcloud:index/volume:Volume", {
          ...{ before: { size: before }, after: { size: after }, changed: ["size"] },
        }),
      );
    const smaller = sized(80, 40);
    expect(smaller.verdict).toBe("dangerous");
    expect(smaller.reasons).toEqual([
      "volume db-1-volume would go from 80 to 40 GB, and Hetzner makes no volume smaller",
    ]);
    expect(smaller.visitors).toMatch(/^the update stops half-way/);
    expect(sized(40, 80).verdict).toBe("safe");
  });

  it("is dangerous if the plan is refused, with the reason once and the consent that is missing", () => {
    const reason =
      'app-2 would be deleted. If that is meant, say so in the stack file: webstack:consent: ["delete app-2 until <YYYY-MM-DD>"]';
    const refused = judged(
      message(
        "error",
        `host:index:Inventory resource 'inventory-record' has a problem: ${reason}\n`,
      ),
      message(
        "error",
        `error: host:index:Inventory resource 'inventory-record' has a problem: ${reason}\n`,
      ),
      message("error", "error: preview failed\n"),
      message("debug", "privateKey: hunter2"),
    );
    expect(refused.refused).toEqual([reason]);
    expect(refused.consent).toEqual(["delete app-2 until <YYYY-MM-DD>"]);
    expect(refused.cost).toBeUndefined();
    expect(text(refused)).toMatch(/^dev: dangerous, refused \|/);
    expect(JSON.stringify(refused)).not.toContain("hunter2");
  });
});

describe("a host", () => {
  it("does what its own program would do about changed files", () => {
    const service = { unit: "a.service", reloadFiles: ["/r"], restartFiles: ["/s"], needs: [] };
    for (const paths of [["/r"], ["/s"], ["/r", "/s"], ["/other"], []]) {
      const plan = { before: { services: [service] }, after: { services: [service] } };
      const [change] = unitChanges(
        { ...plan, fate: "update", type: "", name: "", changed: [] },
        paths,
      );
      const own = verbFor(service, new Set(paths));
      expect(change?.verb).toBe(own === "reload-or-restart" ? "reload" : own);
    }
  });

  it("shows a secret file by its path alone", () => {
    const secrets = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "[secret]",
    };
    const services = [
      { unit: "app@1.service", needs: [], reloadFiles: [], restartFiles: ["/etc/app.env"] },
    ];
    const attributes = { "/etc/app.env": "root:root 0600" };
    const values = { files: {}, secrets, services, attributes };
    const { hosts } = judged(
      step("update", "app-1-configuration", "host:index:Configuration", {
        ...{ before: values, after: values, changed: ['secrets["/etc/app.env"]'] },
      }),
    );
    expect(hosts[0]).toMatchObject({
      files: [{ path: "/etc/app.env", kind: "changed", lines: [], isSecret: true }],
      units: [{ unit: "app@1.service", verb: "restart", because: ["/etc/app.env"] }],
    });
  });
});
