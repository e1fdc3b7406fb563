import { attempt, command } from "../machines/command";
import { containerPid } from "../machines/containers";
import { cloudNames, privatePort, publicPort } from "../machines/names";
import { shareProcessor, shape, type Shaping, slowDown } from "./host-limits";
import type { FaultOf } from "./shapes";

/** A server, and the network that its private side is in. */
export interface Target {
  id: number;
  networkId: number | undefined;
}

/** A link fault with its servers looked up. */
export interface LinkFault {
  fault: FaultOf<"link">;
  server: Target;
  peer: Target | undefined;
}

/** Rules of the link faults of one namespace; nothing else is touched. */
export function linkRuleset(links: readonly LinkFault[]): string {
  const rules = links.flatMap(({ fault: { side, direction, lossPercent }, server, peer }) => {
    const port = side === "public" ? publicPort : privatePort;
    const [own, other] = [`"${port(server.id)}"`, peer && `"${port(peer.id)}"`];
    // Per mille, so that a half per cent is one too.
    const part =
      lossPercent < 100 ? `numgen random mod 1000 < ${Math.round(lossPercent * 10)} ` : "";
    const outward = `iifname ${own} ${other ? `oifname ${other} ` : ""}${part}drop`;
    const inward = `oifname ${own} ${other ? `iifname ${other} ` : ""}${part}drop`;
    if (direction === "both") return [outward, inward];
    return [direction === "out" ? outward : inward];
  });
  return [
    "table inet faults",
    "delete table inet faults",
    "table inet faults {",
    "  chain forward {",
    "    type filter hook forward priority -300; policy accept;",
    ...rules.map((rule) => `    ${rule}`),
    "  }",
    "}",
  ].join("\n");
}

/** Breaks hosts and links of a local cloud whose hosts are containers. */
export class MachineFaults {
  private readonly names: ReturnType<typeof cloudNames>;

  constructor(state: string) {
    this.names = cloudNames(state);
  }

  private inside(id: number, script: string, ...args: string[]): Promise<string> {
    const words = ["exec", this.names.container(id), "/bin/sh", "-c", script, "sh", ...args];
    return command("docker", words);
  }

  /** Sends a signal to every process of a unit. */
  async kill(id: number, unit: string, signal: string): Promise<void> {
    await this.inside(id, 'systemctl kill --signal="$1" "$2"', signal, unit);
  }

  async freeze(id: number): Promise<void> {
    await command("docker", ["pause", this.names.container(id)]);
  }

  async resume(id: number): Promise<void> {
    await attempt("docker", ["unpause", this.names.container(id)]);
  }

  /** Loads the link faults of a namespace, in place of those before. */
  async setLinks(networkId: number | undefined, links: readonly LinkFault[]): Promise<void> {
    const namespace = networkId === undefined ? this.names.router : this.names.network(networkId);
    await command("ip", ["netns", "exec", namespace, "nft", "-f", "-"], {
      input: `${linkRuleset(links)}\n`,
    });
  }

  /** Shapes what flows towards the server; absent: nothing is shaped. */
  async shape(target: Target, side: "public" | "private", shaping?: Shaping): Promise<void> {
    const isPublic = side === "public";
    const namespace = isPublic ? this.names.router : this.names.network(target.networkId!);
    await shape(namespace, (isPublic ? publicPort : privatePort)(target.id), shaping);
  }

  /** Keeps processors busy for a while. */
  async burn(id: number, processes: number, seconds: number): Promise<void> {
    const script =
      'i=0; while [ $i -lt "$1" ]; do timeout "$2" sh -c "while :; do :; done" >/dev/null 2>&1 & i=$((i + 1)); done';
    await this.inside(id, script, String(processes), String(seconds));
  }

  /** Lets the processes of a unit have so much of one processor, in per cent; absent: as much as they get. */
  async share(id: number, unit: string, percent?: number): Promise<void> {
    const container = this.names.container(id);
    const pid = await containerPid(container);
    if (pid === undefined) return;
    const pids = percent === undefined ? [] : await this.pidsOf(container, unit);
    shareProcessor(pid, pids, percent);
  }

  /** Process ids of a unit, as the machine counts them. */
  private async pidsOf(container: string, unit: string): Promise<number[]> {
    const format = ["-eo", "pid,cgroup"];
    const lines = (await command("docker", ["top", container, ...format])).split("\n");
    const pids = lines.flatMap((line) => {
      const [, pid, cgroup] = /^\s*(\d+)\s+(\S+)/.exec(line) ?? [];
      return cgroup?.split(/[/,;]/).includes(unit) ? [Number(pid)] : [];
    });
    if (pids.length === 0) throw new Error(`no process of ${unit} runs on this host`);
    return pids;
  }

  /** Takes room away on a file system. */
  async fill(id: number, path: string, mebibytes: number): Promise<void> {
    await this.inside(id, 'fallocate -l "$2"M "$1/webstack-fault"', path, String(mebibytes));
  }

  /** Limits writes to the disk with that path; 0: no limit. A host that is off has none to lift. */
  async slowDown(id: number, path: string, writesPerSecond: number): Promise<void> {
    const container = this.names.container(id);
    const pid = await containerPid(container);
    if (pid !== undefined) return slowDown(container, pid, path, writesPerSecond);
    if (writesPerSecond > 0) throw new Error("the host is off");
  }

  async free(id: number, path: string): Promise<void> {
    await attempt("docker", [
      "exec",
      this.names.container(id),
      "rm",
      "-f",
      `${path}/webstack-fault`,
    ]);
  }
}
