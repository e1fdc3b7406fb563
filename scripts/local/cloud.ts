import { randomBytes, createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  readdirSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { isAlive } from "../../offline/engine/lock";
import { cloudAnswer, type CloudProject } from "../../rolling/cloud-api";
import { waitUntil } from "../../rolling/wait-until";
import { ensureFileStorage, ensureStorageAccess } from "./backups";
import { heal } from "./faults";
import {
  cloudPort,
  controlPort,
  localPaths,
  localStateDirectory,
  repositoryRoot,
  sftpPort,
  storagePort,
} from "./paths";
import { livePid, startDetached, stopByPidFile } from "./processes";

const main = join(repositoryRoot, "localcloud", "main.ts");

const pidFile = join(localPaths.cloud, "pid");

const versionFile = join(localPaths.cloud, "version");

/** Longest wait for an answer to any call but a deletion, milliseconds. */
const answerMs = 5_000;

/** The token of the local project; generated at the first call and kept. */
export function localToken(): string {
  if (!existsSync(localPaths.tokens)) {
    mkdirSync(localStateDirectory, { recursive: true, mode: 0o700 });
    writeFileSync(localPaths.tokens, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  }
  return readFileSync(localPaths.tokens, "utf8").trim();
}

/** URL of the local cloud on loopback, running or not. */
export function localCloud(): CloudProject {
  return { endpoint: `http://127.0.0.1:${cloudPort}/v1`, token: localToken() };
}

/** Calls the local cloud's API. @throws Error if the call is refused. */
async function called(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
  const response = await cloudAnswer(localCloud(), method, path, body, answerMs);
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
  return response;
}

/** The decoded answer of one GET to the local cloud's API. @throws Error if it is refused. */
export async function cloudGet<T>(path: string): Promise<T> {
  return (await (await called("GET", path)).json()) as T;
}

/** Sends a POST to the local cloud's API. @throws Error if it is refused. */
export async function cloudPost(path: string, body: object): Promise<void> {
  await called("POST", path, body);
}

/** Deletes a resource of the local cloud; a missing one is no error. */
export async function cloudDelete(path: string): Promise<void> {
  const { ok, status } = await cloudAnswer(localCloud(), "DELETE", path);
  if (!ok && status !== 404) throw new Error(`DELETE ${path} answered ${status}`);
}

/** True while the local cloud's process runs and answers. */
export async function cloudAnswers(): Promise<boolean> {
  return cloudGet("/locations").then(
    () => true,
    () => false,
  );
}

function isOfVersion(version: string): boolean {
  return existsSync(versionFile) && readFileSync(versionFile, "utf8") === version;
}

/**
 * Starts the local cloud with hosts that boot from `image`, unless it answers already. A local cloud of another version
 * is ended first, and its injected faults with it; its hosts run on.
 */
export async function startCloud(image: string): Promise<"started" | "started anew" | "running"> {
  const version = cloudVersion(image);
  const isRunning = livePid(pidFile) !== undefined && (await cloudAnswers());
  if (isRunning && isOfVersion(version)) return "running";
  if (isRunning) {
    await heal();
    await stopByPidFile(pidFile);
  }
  mkdirSync(localPaths.cloud, { recursive: true, mode: 0o700 });
  localToken();
  const logged = existsSync(localPaths.cloudLog) ? statSync(localPaths.cloudLog).size : 0;
  const pid = startDetached(
    main,
    [
      ...["serve", "--state", localPaths.cloud, "--port", String(cloudPort)],
      ...["--tokens", localPaths.tokens, "--driver", "docker", "--image", image],
      ...["--control-port", String(controlPort)],
      ...["--storage", ensureStorageAccess(), "--storage-port", String(storagePort)],
      ...["--sftp", ensureFileStorage(), "--sftp-port", String(sftpPort)],
    ],
    localPaths.cloudLog,
  );
  const begun = await waitUntil(
    `the local cloud (its log: ${localPaths.cloudLog})`,
    async () => {
      if (!isAlive(pid)) return "ended";
      return (await cloudAnswers()) ? "answers" : undefined;
    },
    { timeoutSeconds: 60 },
  );
  if (begun === "ended") throw new Error(whyEnded(logged));
  writeFileSync(versionFile, version, { mode: 0o600 });
  return isRunning ? "started anew" : "started";
}

/** Reason for the early end of the local cloud: its log from that byte on. */
function whyEnded(logged: number): string {
  const output = readFileSync(localPaths.cloudLog).subarray(logged).toString().trim();
  const taken = /EADDRINUSE: address already in use (\S+)/.exec(output)?.[1];
  if (taken === undefined) return `the local cloud ended at its start: ${output.slice(-2_000)}`;
  return (
    `another program listens on ${taken}, where the local cloud of this folder would. It may be the local cloud of ` +
    `another folder with this project: run npm run down:local there, or end the process that ss -ltnp shows`
  );
}

/** Ends the local cloud, and removes its hosts, networks and volumes from this machine. */
export async function destroyCloud(destroy: (state: string) => Promise<void>): Promise<void> {
  await stopByPidFile(pidFile);
  if (existsSync(localPaths.cloud)) await destroy(localPaths.cloud);
  rmSync(localPaths.cloud, { recursive: true, force: true });
}

/** A server as the API of the local cloud lists it. */
export interface ListedServer {
  id: number;
  name: string;
  /** Such as `running` or `off`. */
  status: string;
}

/** A floating address as the API of the local cloud lists it. */
export interface ListedFloatingIp {
  id: number;
  /** `ipv4` or `ipv6`. */
  type: string;
  ip: string;
  /** Id of the server that has it; null: none. */
  server: number | null;
}

/** The servers of the local cloud, fifty at most. @throws Error if it does not answer. */
export async function cloudServers(): Promise<ListedServer[]> {
  const path = "/servers?per_page=50";
  return (await cloudGet<{ servers: ListedServer[] }>(path)).servers;
}

/** The floating addresses of the local cloud. @throws Error if it does not answer. */
export async function cloudFloatingIps(): Promise<ListedFloatingIp[]> {
  return (await cloudGet<{ floating_ips: ListedFloatingIp[] }>("/floating_ips")).floating_ips;
}

/** Files of the local cloud's program below its directory, sorted, without tests. */
function programFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => path.split(sep)[0] !== "test")
    .sort();
}

/**
 * Version of a local cloud: a SHA-256 digest, in hexadecimal, of its program and of the image from which its hosts
 * boot. A local cloud with another version must be restarted.
 *
 * @param image such as `webstack-host:775873eddf85`.
 */
export function cloudVersion(
  image: string,
  directory = join(repositoryRoot, "localcloud"),
): string {
  const hash = createHash("sha256").update(image);
  for (const path of programFiles(directory)) {
    hash.update(`\0${path}\0`).update(readFileSync(join(directory, path)));
  }
  return hash.digest("hex");
}
