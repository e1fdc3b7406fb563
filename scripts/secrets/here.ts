import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { cloudCall, type CloudProject } from "../../rolling/cloud-api";
import { localTarget } from "../local/backups";
import { repositoryRoot } from "../local/paths";
import { type OperatorTarget, operatorStore, type KeyedSftp } from "../restore/operator-store";
import { allowedHere } from "./allowed";
import { Matcher } from "./matcher";
import type { Opened } from "./opened";
import { searchText } from "./scan/packed";
import { bySecret, emptyResult, type Found, type ScanResult } from "./scan/result";
import { scanFiles } from "./scan/files";
import { scanProcesses } from "./scan/scan";
import { parsed, type Searched, secretsOfState } from "./secrets";

const histories = [
  ...[".bash_history", ".zsh_history", ".mysql_history", ".node_repl_history"],
  ...[".python_history", ".viminfo", ".lesshst", ".local/share/fish/fish_history"],
];

/** Collections of the API. The API does not return the user data of servers; other resources have none. */
const apiThings = [
  ...["servers", "volumes", "networks", "firewalls", "floating_ips"],
  ...["ssh_keys", "placement_groups", "primary_ips"],
];

function findings(
  matcher: Matcher,
  place: Found["place"],
  where: string,
  text: string,
  why: string,
) {
  const patterns = searchText(matcher, Buffer.from(text));
  return bySecret(patterns).map((one): Found => ({ ...one, place, where, why }));
}

/** Checks the parts of a stack that others may see: its export and outputs must contain only ciphertext. */
export function seenOfState(
  { closed }: Pick<Opened, "closed">,
  { patterns }: Searched,
): ScanResult {
  const matcher = new Matcher(patterns);
  const result = emptyResult();
  for (const { where, text } of closed) {
    result.read.bytes += text.length;
    result.found.push(...findings(matcher, "state", where, text, "not encrypted"));
    const open = where.endsWith("export") ? secretsOfState(parsed(text, where)) : [];
    if (open.length > 0) result.missed.push(`${where}: ${open.length} secrets lie open in it`);
  }
  return result;
}

/** This machine: the folder of the stacks, shell histories, arguments of processes. */
export async function seenHere(searched: Searched): Promise<ScanResult> {
  const matcher = new Matcher(searched.patterns);
  const result = emptyResult();
  const folder = join(repositoryRoot, ".webstack");
  const owners = [userInfo().username];
  const files = allowedHere.map(({ path, ...rest }) => ({
    ...rest,
    path: join(folder, path),
    owners,
  }));
  const home = histories.map((name) => join(homedir(), name)).filter((path) => existsSync(path));
  const skip = [join(folder, "pulumi-home")];
  await scanFiles(matcher, { roots: [folder, ...home], skip, files }, result);
  const nothing = { patterns: [], secrets: 0, own: [], commands: [], metadata: [] };
  const order = { ...nothing, files: [], environments: [], roots: [], skip: [] };
  scanProcesses(matcher, { ...order, proc: "/proc", environ: false }, result);
  return result;
}

/** Searches the API's answers about the project. */
export async function seenInApi(project: CloudProject, searched: Searched): Promise<ScanResult> {
  const matcher = new Matcher(searched.patterns);
  const result = emptyResult();
  const why = "everybody with a token of the project can ask for it";
  for (const things of apiThings) {
    for (let page: number | null = 1; page !== null;) {
      const where: string = `/${things}?per_page=50&page=${page}`;
      try {
        const answer: unknown = await cloudCall(project, "GET", where);
        const text = JSON.stringify(answer ?? {});
        result.read.bytes += text.length;
        result.found.push(...findings(matcher, "api", where, text, why));
        type Paged = { meta?: { pagination?: { next_page?: number | null } } } | undefined;
        page = (answer as Paged)?.meta?.pagination?.next_page ?? null;
      } catch (error) {
        result.missed.push(`${where} is not read: ${(error as Error).name}`);
        page = null;
      }
    }
  }
  return result;
}

/** Names of the objects in the bucket of the backups. */
export async function seenInBucket(
  stack: string | undefined,
  values: Readonly<Record<string, string>>,
  searched: Searched,
): Promise<ScanResult> {
  const result = emptyResult();
  const { target } = parsed(values["webstack:backups"] ?? "{}", "webstack:backups") as {
    target?:
      Exclude<OperatorTarget, KeyedSftp> | { sftp: KeyedSftp["sftp"] & { privateKey?: string } };
  };
  if (!target) {
    result.notes.push("there are no backups");
    return result;
  }
  const opened = stack === undefined ? localTarget() : keyed(target);
  if (!opened) {
    result.missed.push("the folder of the backups is not read: its key is in the state alone");
    return result;
  }
  const store = operatorStore(opened);
  const names = (await store.list("")).join("\n");
  result.read.bytes += names.length;
  const matcher = new Matcher(searched.patterns);
  const why = "names of objects are not sealed";
  result.found.push(
    ...findings(
      matcher,
      "api",
      `bucket ${"bucket" in target ? target.bucket : target.sftp.path}`,
      names,
      why,
    ),
  );
  return result;
}

/** A target with its key; undefined: the stack file has no such target. */
function keyed(
  target:
    Exclude<OperatorTarget, KeyedSftp> | { sftp: KeyedSftp["sftp"] & { privateKey?: string } },
): OperatorTarget | undefined {
  if (!("sftp" in target)) return target;
  const { privateKey, ...sftp } = target.sftp;
  return privateKey === undefined
    ? undefined
    : { sftp: { ...sftp, port: sftp.port ?? 23, path: sftp.path ?? "backups" }, privateKey };
}
