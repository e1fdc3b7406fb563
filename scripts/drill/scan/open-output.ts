import { execFileSync } from "node:child_process";

/**
 * Does something while root may send what it wants: otherwise the host's own firewall would hide what others let in.
 *
 * @throws Error if nftables does not take the rule or does not name it.
 */
export async function withOpenOutput<T>(doThis: () => Promise<T>): Promise<T> {
  const chain = ["inet", "webstack", "output"];
  const rule = ["insert", "rule", ...chain, "meta", "skuid", "0", "accept"];
  const said = execFileSync("/usr/sbin/nft", ["--echo", "--handle", ...rule], { encoding: "utf8" });
  const [, handle] = /# handle (\d+)/.exec(said) ?? [];
  if (handle === undefined) throw new Error(`nft must name the rule, said ${JSON.stringify(said)}`);
  try {
    return await doThis();
  } finally {
    execFileSync("/usr/sbin/nft", ["delete", "rule", ...chain, "handle", handle]);
  }
}
