import { type ExecFileException, execFile } from "node:child_process";

/** True: success; false: refusal; text: why neither is known. */
export type Outcome = boolean | string;

/** Sockets as family, type and protocol: VRRP (112), and all packets of the network card. */
const rawSockets = { VRRP: "2,3,112", Ethernet: "17,3,768" } as const;
/** Every host has Perl: the distribution's own programs need it. Node has no raw sockets. */
const rawSocket = 'my ($f,$t,$p)=split /,/,$ARGV[0];print socket(my $s,$f,$t,$p)?"open":$!+0';
/** EPERM and EACCES; EAFNOSUPPORT is systemd's answer where a unit may not have the family. */
const rawRefusals = ["1", "13", "97"];
/** systemd asks whether the caller may manage units before it looks for the unit. */
const noUnit = "webstack-drill-no-such-unit.service";

/** Longest run of a program, milliseconds: a search of a whole disk. */
const longestMs = 40_000;
interface Ran {
  status: number | string | null;
  output: string;
  complaint: string;
}

function run(program: string, ...words: string[]): Promise<Ran> {
  const env = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  return new Promise((resolve) => {
    const options = { env, timeout: longestMs, maxBuffer: 64 << 20 };
    execFile(program, words, options, (error: ExecFileException | null, output, complaint) =>
      resolve({ status: error ? (error.code ?? null) : 0, output, complaint }),
    );
  });
}

/** Opens a raw socket. */
export async function opensRaw(kind: keyof typeof rawSockets): Promise<Outcome> {
  const { output, complaint } = await run("perl", "-e", rawSocket, rawSockets[kind]);
  if (output === "open") return true;
  return rawRefusals.includes(output) ? false : `perl says ${output || complaint || "nothing"}`;
}

/** True if sudo runs a program as root; a missing sudo counts as a refusal. */
export async function becomesRoot(): Promise<Outcome> {
  return (await run("sudo", "-n", "true")).status === 0;
}

/** Result of starting a unit that does not exist, by systemd's answer. */
export function managing({ status, complaint }: Pick<Ran, "status" | "complaint">): Outcome {
  if (status === 0 || /not found|not be found/i.test(complaint)) return true;
  const isRefused = /denied|authentication|not permitted|connect to .*\bbus\b/i;
  return isRefused.test(complaint) ? false : complaint.trim() || `systemctl ended with ${status}`;
}

/** Result of a login without a password, by the answer of MySQL's client. */
export function loggingIn({ status, complaint }: Pick<Ran, "status" | "complaint">): Outcome {
  if (status === 0) return true;
  // 1045 and 1698: wrong password, wrong system user. 3118: a locked account.
  if (/ERROR (1045|1698|3118)\b/.test(complaint)) return false;
  return complaint.trim() || `mysql ended with ${status}`;
}

/** Logs in to the host's MySQL without a password. */
export function logsIn(account: string): Promise<Outcome> {
  const options = ["--no-defaults", "--protocol=SOCKET", "--socket=/run/mysqld/mysqld.sock"];
  const words = [...options, "--connect-timeout=5", `--user=${account}`, "--execute=DO 1"];
  return run("mysql", ...words).then(loggingIn);
}

/** Starts a unit that does not exist. */
export function managesUnits(): Promise<Outcome> {
  return run("systemctl", "--no-ask-password", "start", noUnit).then(managing);
}

/**
 * Everything that the user may write below a folder, pipes included, by access(2); nothing is written. Sockets have
 * attempts of their own. The content of a folder that the user may write is left out.
 *
 * @returns paths, or why there are none.
 */
export async function writable(folder: string): Promise<string[] | string> {
  const kinds = ["!", "-type", "l", "!", "-type", "s", "!", "-type", "c"];
  const words = [folder, "-xdev", ...kinds, "-writable", "-print0", "-prune"];
  const { status, output, complaint } = await run("find", ...words);
  // Status 1: a folder that the user may not read, or a missing one.
  if (status === 0 || status === 1) return output.split("\0").filter(Boolean);
  return complaint.trim() || `find ended with ${status}`;
}
