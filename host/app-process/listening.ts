import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** TCP socket that listens. */
export interface Listener {
  port: number;
  /** True if a connection to 127.0.0.1 reaches the socket, as far as its address tells. */
  isLocalIpv4: boolean;
}

/**
 * TCP sockets on which the processes of a control group listen, by port, for the error message to somebody
 * whose program does not listen on `$PORT`. Empty if they cannot be read.
 *
 * @param pid any process of the group.
 */
export function listeners(pid: number, proc = "/proc"): Listener[] {
  try {
    const [group] = /^0::(.*)$/m.exec(readFileSync(`${proc}/${pid}/cgroup`, "utf8"))!.slice(1);
    const members = readFileSync(`/sys/fs/cgroup${group}/cgroup.procs`, "utf8").trim().split("\n");
    const sockets = new Set(members.flatMap((member) => socketsOf(member, proc)));
    const tables = ["tcp", "tcp6"].map((name) =>
      readFileSync(`${proc}/${pid}/net/${name}`, "utf8"),
    );
    const found = tables.flatMap((table) => listenersIn(table, sockets));
    return found.sort((a, b) => a.port - b.port);
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

/** Addresses in the kernel's form at which a connection to 127.0.0.1 arrives: 127.0.0.1 and 0.0.0.0, each also in IPv6, and ::. */
const localIpv4 = /^(00000000|0100007F|0{32}|0{16}FFFF0000(00000000|0100007F))$/;

/**
 * Sockets that listen in a table of the kernel: `sl local remote state … inode`, state 0A. The words of an address are in the byte
 * order of the machine, which is little-endian on x64 and arm64.
 *
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function listenersIn(table: string, sockets: ReadonlySet<string>): Listener[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = ""]) => state === "0A" && sockets.has(inode))
    .map(([, local = ""]) => {
      const [address = "", port = "0"] = local.split(":");
      return { port: parseInt(port, 16), isLocalIpv4: localIpv4.test(address) };
    });
}
