import { spawn } from "node:child_process";
import { once } from "node:events";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bootstrap,
  hostProgram,
  message,
  runWithInput,
} from "../../../scripts/operate/host-program";
import type { ScanOrder, ScanResult } from "../../../scripts/secrets/scan/result";
import { searched } from "../../../scripts/secrets/secrets";

/** One secret for each leak. */
const leaks = [
  ...["arguments", "environment", "readable file", "journal", "history", "unit"],
  ...["user data", "state", "base64", "packed log", "allowed", "own variable"],
] as const;
type Leak = (typeof leaks)[number];

const secrets = Object.fromEntries(
  leaks.map((leak) => [leak, randomBytes(18).toString("base64url")]),
) as Record<Leak, string>;

describe("the scan of a host", () => {
  const folder = mkdtempSync(join(tmpdir(), "secrets-audit-"));
  const path = (name: string) => join(folder, name);
  const wait = "setInterval(() => {}, 1000); console.log('here')";
  const program = hostProgram(join(__dirname, "../../../scripts/secrets/scan/on-host.ts"));
  const children = [
    spawn(process.execPath, ["-e", wait, "--", secrets.arguments]),
    spawn(process.execPath, ["-e", wait], { env: { PASSWORD: secrets.environment } }),
    spawn(process.execPath, ["-e", wait], { env: { PASSWORD: secrets["own variable"] } }),
  ];
  const hostKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ format: "pem", type: "pkcs8" })
    .toString();
  let result: ScanResult;
  let printed = "";

  const order = (): ScanOrder => {
    const { patterns } = searched(leaks.map((leak) => ({ origin: leak, value: secrets[leak] })));
    return {
      patterns: patterns.map(({ bytes, secret, form }) => [bytes.toString("base64"), secret, form]),
      secrets: leaks.length,
      files: [
        { path: path("allowed"), owners: [userInfo().username], mode: 0o600, why: "a reason" },
        { path: path("own.pem"), owners: [userInfo().username], mode: 0o600, why: "a reason" },
      ],
      environments: [{ user: userInfo().username, file: path("app.env"), why: "its own" }],
      own: [path("own.*")],
      roots: [path("files"), path("allowed"), path("own.pem")],
      skip: [],
      proc: "/proc",
      commands: [
        { place: "journal", words: ["cat", path("journal")] },
        { place: "unit", words: ["cat", path("units")] },
      ],
      metadata: [],
    };
  };

  beforeAll(async () => {
    mkdirSync(path("files/instance"), { recursive: true });
    const write = (name: string, content: string | Buffer, mode = 0o600) =>
      writeFileSync(path(name), content, { mode });
    write("files/readable", `password = ${secrets["readable file"]}\n`, 0o644);
    write("files/.bash_history", `ls\nmysql -p${secrets.history}\n`);
    const zipped = gzipSync(`{"token":"${secrets["user data"]}"}`).toString("base64");
    write("files/instance/user-data.txt", `#cloud-config\n  content: ${zipped}\n`);
    write("files/stack.json", JSON.stringify({ outputs: { result: secrets.state } }));
    write("files/packed", Buffer.from(`xx${secrets.base64}yy`).toString("base64"));
    write("files/app.log.1.gz", gzipSync(`${"line\n".repeat(1e5)}${secrets["packed log"]}\n`));
    write("allowed", secrets.allowed);
    write("app.env", `PASSWORD=${secrets["own variable"]}\n`);
    write("own.pem", hostKey);
    write("files/own-again", hostKey);
    write(
      "journal",
      `__CURSOR=a\n_SYSTEMD_UNIT=other.service\nMESSAGE=x\n\n__CURSOR=b\nMESSAGE=login ${secrets.journal}\n_SYSTEMD_UNIT=app@1.service\n\n`,
    );
    write(
      "units",
      `Id=a.service\n\nId=b.service\nEnvironment=KEY=${secrets.unit}\n\nId=c.service\n`,
    );
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    const words = [process.execPath, "-e", bootstrap];
    const { status, output, complaint } = await runWithInput(words, message(program, order()));
    expect({ status, complaint }).toEqual({ status: 0, complaint: "" });
    printed = output;
    result = JSON.parse(output) as ScanResult;
  });

  afterAll(() => {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  });

  const whereOf = (leak: Leak) =>
    result.found
      .filter(({ secret }) => secret === leaks.indexOf(leak))
      .map(({ place, where }) => `${place} ${where}`);

  it.each<[Leak, () => string]>([
    ["arguments", () => `arguments process ${children[0]!.pid}`],
    ["environment", () => `environment process ${children[1]!.pid}`],
    ["readable file", () => `file ${path("files/readable")}`],
    ["journal", () => "journal app@1.service"],
    ["history", () => `file ${path("files/.bash_history")}`],
    ["unit", () => "unit b.service"],
    ["user data", () => `file ${path("files/instance/user-data.txt")}`],
    ["state", () => `file ${path("files/stack.json")}`],
    ["base64", () => `file ${path("files/packed")}`],
    ["packed log", () => `file ${path("files/app.log.1.gz")}`],
  ])("finds the leak in: %s", (leak, where) => {
    const found = whereOf(leak);
    expect(found).toHaveLength(1);
    expect(found[0]!.startsWith(where())).toBe(true);
  });

  it("leaves a secret in its place alone, and says why it may be there", () => {
    expect(whereOf("allowed")).toEqual([]);
    expect(whereOf("own variable")).toEqual([]);
    const places = result.allowed.map(({ place, where }) => `${place} ${where}`);
    expect(places.sort()).toEqual([
      expect.stringContaining(`environment process ${children[2]!.pid}`),
      `file ${path("allowed")}`,
      `file ${path("own.pem")}`,
    ]);
  });

  it("finds a secret of the host itself outside its place", () => {
    expect(result.own).toEqual([{ origin: path("own.pem"), bytes: hostKey.trim().length }]);
    const found = result.found.filter(({ secret }) => secret >= leaks.length);
    expect(found.map(({ where }) => where)).toEqual([path("files/own-again")]);
  });

  it("finds nothing else", () => {
    expect(result.found).toHaveLength(11);
  });

  it("prints no secret", () => {
    for (const leak of leaks) expect(printed).not.toContain(secrets[leak]);
  });

  it("tells nothing of an order that it cannot read", async () => {
    const broken = `{"order": ${secrets.state}`;
    const answer = await runWithInput([process.execPath, "-e", bootstrap], broken);
    expect(answer).toEqual({
      status: 1,
      output: "",
      complaint: "no order came on standard input",
    });
  });
});
