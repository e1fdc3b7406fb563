import { describe, expect, it } from "vitest";
import type { HostChange } from "../../preview/model";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { markdown } from "../../preview/render/markdown";
import { text } from "../../preview/render/text";
import { grouped } from "../../preview/render/words";
import { step } from "./support";

type Values = Record<string, unknown>;

/** A configuration with files, whose other inputs change. */
function configured(node: string, before: Values, after: Values, changed: string[]) {
  return step("update", `${node}-configuration`, "host:index:Configuration", {
    ...{ before: { files: {}, ...before }, after: { files: {}, ...after }, changed },
  });
}

function services(health: Values, refusals: string[] = []) {
  const nginx = { unit: "nginx.service", needs: [], reloadFiles: [], restartFiles: [] };
  return { services: [{ ...nginx, health }], refusals };
}

describe("a host on which nothing that runs changes", () => {
  const event = configured(
    "web-1",
    services({ http: "http://127.0.0.1/healthz" }),
    services({ command: ["curl"] }),
    ["services[0].health.http", "services[0].health.command"],
  );

  it("is said to get other health checks", () => {
    const preview = previewOf(planOf([event]), { stack: "dev" });
    const words = "the health check of nginx changes, and no service reloads or restarts";
    expect(text(preview)).toContain(`\nweb-1:\n  ${words}\n`);
    expect(markdown(preview)).toContain(`\n**web-1**\n\n- ${words}\n`);
    expect(preview.visitors).toBe("nothing: no service that answers them is touched.");
  });

  it("is said to be checked in another way if no health check changes", () => {
    const other = configured("web-1", { checks: [] }, { checks: [{ files: [] }] }, ["checks[0]"]);
    expect(text(previewOf(planOf([other]), { stack: "dev" }))).toContain(
      "\nweb-1:\n  how a change is checked and applied changes, and no service reloads or restarts\n",
    );
  });

  it("has no such line beside another change", () => {
    const { before, after } = { before: services({ a: 1 }), after: services({ a: 2 }) };
    const files = [{ files: { "/etc/a": "a" } }, { files: { "/etc/a": "b" } }];
    const both = configured("web-1", { ...before, ...files[0] }, { ...after, ...files[1] }, []);
    expect(text(previewOf(planOf([both]), { stack: "dev" }))).not.toContain("health check");
  });
});

describe("hosts with equal changes", () => {
  const change = (node: string, lines: string[]): HostChange => ({
    ...{ node, role: "lb", units: [], others: [] },
    files: [{ path: "/etc/haproxy/haproxy.cfg", kind: "changed", lines, isSecret: false }],
  });
  const context = (own: string, other: string) => [`  peer ${own} local`, `  peer ${other}`];
  const edit = ["-  timeout server 40s", "+  timeout server 60s"];

  it("are one group, though the lines around the change name other nodes", () => {
    const hosts = [
      change("lb-1", [...context("lb-1", "lb-2"), ...edit, "@@"]),
      change("lb-2", [...context("lb-2", "lb-1").reverse(), ...edit]),
    ];
    expect(grouped(hosts).map(({ nodes }) => nodes)).toEqual([["lb-1", "lb-2"]]);
  });

  it("are two groups if a changed line differs", () => {
    const hosts = [change("lb-1", edit), change("lb-2", ["-  timeout server 40s"])];
    expect(grouped(hosts)).toHaveLength(2);
  });
});
