import { spawn } from "node:child_process";
import type { SftpChannel } from "./sftp-session";

/** An SFTP server, without the key that opens it. */
export interface SftpTarget {
  /** Host name or address, such as `u123456.your-storagebox.de`. */
  host: string;
  port: number;
  user: string;
  /** Folder on the server, absolute or from the user's home. */
  path: string;
  /** Host key, type and Base64 data, such as `ssh-ed25519 AAAA…`. */
  hostKey: string;
  /** Setting that the server is of, for messages. @default `backups.target` */
  setting?: string;
}

/** Name of the server in the file of known hosts, whatever its address. */
const alias = "webstack-backups";
/** Most text of ssh that is kept for an error message, bytes. */
const maxTextBytes = 4_096;

/** Renders the file of known hosts with the one key that the server must have. */
export function knownHosts({ hostKey }: Pick<SftpTarget, "hostKey">): string {
  return `${alias} ${hostKey.split(" ").slice(0, 2).join(" ")}\n`;
}

/** Arguments of `ssh`, which reads no configuration of the machine and asks no questions. */
export function sshArguments(
  { host, port, user }: SftpTarget,
  keyFile: string,
  knownHostsFile: string,
): string[] {
  const options = {
    ...{ BatchMode: "yes", PreferredAuthentications: "publickey", IdentitiesOnly: "yes" },
    ...{ StrictHostKeyChecking: "yes", UpdateHostKeys: "no", HostKeyAlias: alias },
    ...{ UserKnownHostsFile: knownHostsFile, GlobalKnownHostsFile: "/dev/null" },
    // The connection of a dead server ends after 30 s.
    ...{ ConnectTimeout: "15", ServerAliveInterval: "10", ServerAliveCountMax: "3" },
    ...{ ControlMaster: "no", ControlPath: "none", ClearAllForwardings: "yes" },
    LogLevel: "ERROR",
  };
  const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const where = ["-p", String(port), "-l", user, "-i", keyFile];
  return ["-F", "none", "-T", ...words, ...where, "-s", "--", host, "sftp"];
}

/** Connects by OpenSSH's client. */
export function sshChannel(
  target: SftpTarget,
  keyFile: string,
  knownHostsFile: string,
): SftpChannel {
  const child = spawn("/usr/bin/ssh", sshArguments(target, keyFile, knownHostsFile), {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-maxTextBytes);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`ssh does not start: ${error.message}`));
    child.once("close", () => resolve(reasonOf(stderr, target)));
  });
  return { input: child.stdin, output: child.stdout, ended, close: () => child.kill("SIGKILL") };
}

/** Why `ssh` ended, in one line. */
export function reasonOf(stderr: string, { host, port, setting }: SftpTarget): string {
  if (/host key verification failed|no matching host key/i.test(stderr)) {
    return (
      `the host key of ${host} port ${port} is not ${setting ?? "backups.target"}.sftp.hostKey; nothing was sent to it. ` +
      `If the server has a new key, compare it with the provider's page and set it`
    );
  }
  const line = stderr.trim().split(/\r?\n/).at(-1);
  if (/permission denied/i.test(stderr)) {
    return `${host} port ${port} does not accept the key of the backups (${line}); its public half must be in .ssh/authorized_keys there`;
  }
  return `the connection to ${host} port ${port} ended${line ? `: ${line}` : ""}`;
}
