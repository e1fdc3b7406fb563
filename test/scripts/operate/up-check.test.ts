import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { cloudCall } from "../../../rolling/cloud-api";
import { MemoryCloud } from "../../../scripts/hostless/memory-cloud";
import { pendingLines, refuseUnlessUp } from "../../../scripts/operate/up-check";
import { outputsWith } from "./support/nodes";

const cloud = new MemoryCloud();
const node = outputsWith("web-2").nodes[0]!;
const nothing = { refused: [], hosts: [], cloud: [] };
let folder: string;
let said: string[];
const say = (line: string) => void said.push(line);

beforeAll(() => cloud.start());
afterAll(() => cloud.stop());
beforeEach(() => {
  said = [];
  folder = mkdtempSync(join(tmpdir(), "up-check-"));
  pulumi("");
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a `pulumi` on the path that exports a state, and writes down its other calls. */
function pulumi(script: string): void {
  const state = { deployment: { resources: [{ urn: "root", type: "pulumi:pulumi:Stack" }] } };
  const lines = [
    "#!/bin/sh",
    `if [ "$1" = stack ]; then echo '${JSON.stringify(state)}'; exit; fi`,
    ...[`echo "$@" >> ${folder}/engine`, script],
  ];
  writeFileSync(join(folder, "pulumi"), `${lines.join("\n")}\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
}

/** Puts an `npm` on the path, whose preview has this answer and these messages. */
function preview(answer: string, messages = "", status = 0): void {
  writeFileSync(join(folder, "answer"), answer);
  const lines = [
    ...["#!/bin/sh", `echo "$@" > ${folder}/called; cat ${folder}/answer`],
    `echo "${messages}" >&2; exit ${status}`,
  ];
  writeFileSync(join(folder, "npm"), `${lines.join("\n")}\n`);
  chmodSync(join(folder, "npm"), 0o755);
}

describe("the check before a node loses its server or disk", () => {
  it("asks for the plan of an up with a refresh, and is content with one that changes nothing", async () => {
    preview(JSON.stringify(nothing));
    await refuseUnlessUp("prod", node, { newIn: undefined, say });
    expect(readFileSync(join(folder, "called"), "utf8").trim()).toBe(
      "run --silent preview -- --stack prod --refresh --json",
    );
    expect(said).toEqual([]);
  });

  it("refuses a plan that the program refuses, such as one with consent that is over", async () => {
    const refused = ["webstack:consent must allow nothing that is over", "another reason"];
    preview(JSON.stringify({ ...nothing, refused }), "", 1);
    await expect(refuseUnlessUp("prod", node, { newIn: undefined, say })).rejects.toThrow(
      "the up that makes web-2 serve again would be refused, and nothing was touched:\n" +
        "  webstack:consent must allow nothing that is over\n  another reason",
    );
  });

  it("refuses while another command holds the stack's lock, or a killed one left it", async () => {
    preview(JSON.stringify(nothing));
    await refuseUnlessUp("prod", node, { newIn: undefined, say });
    expect(readFileSync(join(folder, "engine"), "utf8")).toMatch(/^refresh .* --target root /);
    pulumi('echo "the stack is currently locked by 1 lock(s) with pulumi cancel" >&2; exit 255');
    await expect(refuseUnlessUp("prod", node, { newIn: undefined, say })).rejects.toThrow(
      "run pulumi cancel --stack prod, then this command again",
    );
  });

  it("refuses where there is no plan, with the reason", async () => {
    preview("", "preview stopped: no stack named 'prod' found", 1);
    await expect(refuseUnlessUp("prod", node, { newIn: undefined, say })).rejects.toThrow(
      "could not be made, and nothing was touched: preview stopped: no stack named 'prod' found",
    );
  });

  it("says what is pending, which the up applies too", async () => {
    const host = { node: "web-1", files: [], units: [], others: ["packages: jq"] };
    preview(JSON.stringify({ ...nothing, hosts: [host] }));
    await refuseUnlessUp("prod", node, { newIn: undefined, say });
    expect(said).toEqual([
      "web-2: the up that follows also applies what is pending:",
      "  web-1: packages: jq",
    ]);
  });

  it("refuses a new server of a type that is sold out where the server would be made", async () => {
    preview(JSON.stringify(nothing));
    const check = (newIn = true) =>
      refuseUnlessUp(undefined, node, { newIn: newIn ? cloud.access : undefined, say });
    await check();
    // The settings of the local stack: web-2 is a cpx22 in the second location.
    await cloud.inject({ fault: "sold-out", serverType: "cpx22", location: "nbg1" });
    await check();
    await cloud.inject({ fault: "sold-out", serverType: "cpx22", location: "fsn1" });
    // The stock counts a server that is there already as needed anew.
    const body = { name: "web-2", server_type: "cpx22", image: "ubuntu-26.04", location: "hel1" };
    const labels = { project: "webstack", stack: "local" };
    await cloudCall(cloud.access, "POST", "/servers", { ...body, labels });
    await expect(check()).rejects.toThrow(
      /^a new server for web-2 cannot be had, and nothing was touched: cpx22 is sold out in fsn1 \(web-2\); set webstack:web\.serverType /,
    );
    // A rebuild keeps the server.
    await check(false);
    expect(said).toEqual([]);
  });
});

describe("the lines of what is pending", () => {
  it("name servers, releases, units and files of each host, and resources that need a review", () => {
    const lines = pendingLines({
      hosts: [
        {
          node: "web-3",
          server: { text: "new server cpx22" },
          release: { to: "30ddf262" },
          files: [{ path: "/etc/nginx/nginx.conf" }],
          units: [{ unit: "nginx.service", verb: "reload" }],
          others: [],
        },
      ],
      cloud: [
        { what: "volume db-1-data", kind: "changed", isMinor: false },
        { what: "key k", kind: "new", isMinor: true },
      ],
    });
    expect(lines).toEqual([
      "web-3: new server cpx22, release 30ddf262, reload nginx.service, /etc/nginx/nginx.conf",
      "volume db-1-data: changed",
    ]);
  });
});
