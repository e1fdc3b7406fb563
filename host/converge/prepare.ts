import { mkdirSync, existsSync, readdirSync, readFileSync } from "node:fs";
import type { Bundle } from "./bundle";
import { idOf, setAttributes } from "./files";
import { runOrThrow, pause, run, reportStep } from "./run";
import { sourcesDirectory } from "./directories";

async function addUsers(users: Bundle["users"]): Promise<void> {
  for (const { name, home } of users) {
    try {
      idOf("/etc/passwd", name);
    } catch {
      const shape = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
      ];
      await runOrThrow(["/usr/sbin/useradd", ...shape, "--home-dir", home, name]);
    }
  }
}

/** Installs packages, adds users and creates directories. A rollback undoes none of that. */
export async function prepare(bundle: Bundle): Promise<void> {
  await installPackages(bundle.packages);
  await addUsers(bundle.users);
  for (const [path, attributes] of Object.entries(bundle.directories)) {
    mkdirSync(path, { recursive: true });
    setAttributes(path, attributes);
  }
}

/** Attempts of the package manager: another program may hold its lock, or a mirror may fail. */
const packageTries = 5;

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const format = "-f=${Package} ${db:Status-Status}\\n";
  const { stdout } = await run(["/usr/bin/dpkg-query", "-W", format, ...packages]);
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * Installs missing packages.
 *
 * @throws Error naming the packages that cannot be installed; nothing else was changed.
 */
async function installPackages(packages: readonly string[]): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (let tries = 1; ; tries++) {
    try {
      reportStep("install", missing.join(" "));
      await runOrThrow(["/usr/bin/apt-get", "update", "-qq"], 300, env);
      const options = ["-y", "-qq", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"];
      await runOrThrow(["/usr/bin/apt-get", "install", ...options, ...missing], 1_200, env);
      return;
    } catch (error) {
      const { message } = error as Error;
      if (tries >= packageTries || noSources(message)) {
        throw new Error(notInstalled(message, missing), { cause: error });
      }
      reportStep("again", message);
      await pause(tries * 5_000);
    }
  }
}

/** Names of packages that apt does not know. */
function unknown(output: string): string[] {
  const forms = [
    /Unable to locate package (\S+)/g,
    /Package '?(\S+?)'? has no installation candidate/g,
    /Couldn't find any package by (?:glob|regex) '([^']+)'/g,
  ];
  return [...new Set(forms.flatMap((form) => [...output.matchAll(form)].map(([, name]) => name!)))];
}

/** True if retries are pointless: the host has no package sources, as in the local cloud. */
function noSources(output: string): boolean {
  return unknown(output).length > 0 && sourceFiles().length === 0;
}

function sourceFiles(): string[] {
  const folder = `${sourcesDirectory}/sources.list.d`;
  const listed = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
  return [`${sourcesDirectory}/sources.list`, ...listed].filter(
    (path) => existsSync(path) && /^\s*(deb|URIs:)\s*\S/m.test(readFileSync(path, "utf8")),
  );
}

function notInstalled(output: string, missing: readonly string[]): string {
  const names = unknown(output);
  if (names.length === 0)
    return `the packages ${missing.join(", ")} cannot be installed: ${output}`;
  const why = noSources(output)
    ? "this host has no package sources, as all hosts of the local cloud, and only the packages of its image"
    : "the distribution has no package of that name";
  return (
    `the packages ${names.join(", ")} cannot be installed: ${why}; remove the name from webstack:app.packages, ` +
    `or correct it\n${output}`
  );
}
