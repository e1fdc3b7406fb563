import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { leastLanguageHostNode, leastPulumi } from "../../../doctor/local-checks";
import { operatorsPath, toolsHere } from "../../../scripts/doctor/this-machine";
import { repositoryRoot } from "../../../scripts/local/paths";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "doctor-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a program that answers a line. */
function program(place: string, command: string, line: string): string {
  const bin = join(folder, place);
  mkdirSync(bin, { recursive: true });
  const file = join(bin, command);
  writeFileSync(file, `#!/bin/sh\necho ${line}\n`);
  chmodSync(file, 0o755);
  return bin;
}

describe("the programs of a stack of the Pulumi CLI", () => {
  it("are those of the operator's shell, not those of npm run", () => {
    const path = [
      program("checkout/node_modules/.bin", "node", "v24.21.0"),
      program("npm/node_modules/@npmcli/run-script/lib/node-gyp-bin", "pulumi", "v9.9.9"),
      program("own", "node", "v20.20.2"),
      program("own", "pulumi", "v3.200.0"),
    ].join(delimiter);
    expect(toolsHere(false, operatorsPath(path))).toMatchObject({
      ...{ node: "20.20.2", leastNode: 22, pulumi: "3.200.0" },
    });
  });

  it("are not known where there are none", () => {
    const { node, pulumi } = toolsHere(false, join(folder, "nothing"));
    expect([node, pulumi]).toEqual([undefined, undefined]);
  });
});

describe("the programs of the local stack", () => {
  it("are Node.js of this process, which may be older than Pulumi's language host needs", () => {
    const { node, leastNode, pulumi } = toolsHere(true, join(folder, "nothing"));
    expect([node, leastNode, pulumi]).toEqual([process.versions.node, 20, undefined]);
  });
});

describe("the least versions", () => {
  const read = (...parts: string[]) => readFileSync(join(repositoryRoot, ...parts), "utf8");
  const sdk = JSON.parse(read("node_modules", "@pulumi", "pulumi", "package.json")) as {
    version: string;
    engines: { node: string };
  };

  it("are those of the installed SDK", () => {
    expect(sdk.engines.node).toBe(`>=${leastLanguageHostNode}`);
    expect(sdk.version.split(".").slice(0, 2)).toEqual(leastPulumi.split(".").slice(0, 2));
  });

  it("stand in Pulumi.yaml and in the docs", () => {
    const { requiredPulumiVersion } = parse(read("Pulumi.yaml")) as Record<string, unknown>;
    expect(requiredPulumiVersion).toBe(`>=${leastPulumi}`);
    const [major, minor] = leastPulumi.split(".");
    const page = read("docs", "getting-started.md");
    expect(page).toContain(`Node.js ${leastLanguageHostNode} or newer`);
    expect(page).toContain(`${major}.${minor} or newer`);
  });
});
