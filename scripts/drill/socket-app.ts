import { mkdirSync, rmSync, writeFileSync, cpSync, existsSync, readFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { repositoryRoot } from "../local/paths";

/** Files below the app's `STATE_DIRECTORY` that record emits, one of each port; a deploy keeps them. */
export const recordPrefix = "acknowledged-";

/**
 * An ordinary app with Socket.IO and its default transports. It records each emit `count` on the disk before it
 * acknowledges the emit with node and port of the process, such as `app-1:3001`.
 */
const server = `
const { appendFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { join } = require("node:path");
const { Server } = require("socket.io");
const { version } = require("./package.json");
const { NODE_NAME, PORT, STATE_DIRECTORY } = process.env;
const record = join(STATE_DIRECTORY, "${recordPrefix}" + PORT);
const app = createServer((request, response) => response.end(version + " on " + NODE_NAME + "\\n"));
const io = new Server(app);
io.on("connection", (socket) => {
  socket.on("count", (client, number, acknowledge) => {
    appendFileSync(record, client + " " + number + "\\n");
    acknowledge(NODE_NAME + ":" + PORT);
  });
});
app.listen(PORT);
process.on("SIGTERM", () => {
  io.close(() => process.exit(0));
  // A session that begins while the server closes would keep the process alive.
  setTimeout(() => process.exit(0), 5_000);
});
`;

/** Writes the files of a release with Socket.IO and all its packages into `folder`, in place of the earlier ones. */
export function writeSocketRelease(folder: string, version: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  setSocketVersion(folder, version);
  writeFileSync(join(folder, "server.js"), server);
  copyPackages(["socket.io"], repositoryRoot, folder);
}

/** Makes the release in `folder` another one that differs by its version alone. */
export function setSocketVersion(folder: string, version: string): void {
  const manifest = { name: "sockets", version, main: "server.js" };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
}

/** Emits in records of the app, such as `client-1 17`, with the number of their records. */
export function recordedEmits(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (/^\S+ \d+$/.test(line)) found.set(line, (found.get(line) ?? 0) + 1);
  }
  return found;
}

interface Manifest {
  dependencies?: Record<string, string>;
}

/**
 * Directories of installed packages and of all their dependencies, relative to `root`, such as `node_modules/ws`. A package is
 * searched as Node.js does, from the directory of its dependent upwards. Packages of types alone are left out.
 *
 * @throws Error that names a package that is not installed.
 */
export function packageFolders(names: readonly string[], root: string): string[] {
  const found = new Set<string>();
  const add = (name: string, dependent: string) => {
    const folder = folderOf(name, dependent, root);
    if (found.has(folder)) return;
    found.add(folder);
    const file = readFileSync(join(root, folder, "package.json"), "utf8");
    for (const other of Object.keys((JSON.parse(file) as Manifest).dependencies ?? {})) {
      if (!other.startsWith("@types/")) add(other, folder);
    }
  };
  for (const name of names) add(name, "");
  return [...found].sort();
}

function folderOf(name: string, dependent: string, root: string): string {
  for (let from = dependent; ; from = dirname(from)) {
    const folder = join(from, "node_modules", name);
    if (existsSync(join(root, folder, "package.json"))) return folder;
    if (from === "" || from === ".") break;
  }
  throw new Error(`the package ${name} must be installed in ${root}, and is not; run: npm ci`);
}

/** Copies installed packages and all their dependencies from `root` into `target`, to the same places. */
function copyPackages(names: readonly string[], root: string, target: string): void {
  for (const folder of packageFolders(names, root)) {
    cpSync(join(root, folder), join(target, folder), { recursive: true });
  }
}
