import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * TCP ports on which the processes of a control group listen, in order, for the error message to somebody
 * whose program does not listen on `$PORT`. Empty if they cannot be read.
 *
 * @param pid any process of the group.
 */
export function listeningPorts(pid: number, proc = "/proc"): number[] {
  try {
    const [group] = /^0::(.*)$/m.exec(readFileSync(`${proc}/${pid}/cgroup`, "utf8"))!.slice(1);
    const members = readFileSync(`/sys/fs/cgroup${group}/cgroup.procs`, "utf8").trim().split("\n");
    const sockets = new Set(members.flatMap((member) => socketsOf(member, proc)));
    const tables = ["tcp", "tcp6"].map((name) =>
      readFileSync(`${proc}/${pid}/net/${name}`, "utf8"),
    );
    const ports = tables.flatMap((table) => portsIn(table, sockets));
    return [...new Set(ports)].sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** Inodes of the sockets that a process has open. */
function socketsOf(pid: string, proc: string): string[] {
  const folder = `${proc}/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.slice(1) ?? [];
    } catch {
      return [];
    }
  });
}

/**
 * Ports that sockets listen on in a table of the kernel: `sl local remote state … inode`, state 0A.
 *
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function portsIn(table: string, sockets: ReadonlySet<string>): number[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = ""]) => state === "0A" && sockets.has(inode))
    .map(([, local = ""]) => parseInt(local.split(":")[1] ?? "0", 16));
}
