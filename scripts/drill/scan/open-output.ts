import { execFileSync } from "node:child_process";

/**
 * Runs `work` while root may send to every port: otherwise the host's own firewall would hide which ports other hosts
 * open.
 *
 * @throws Error if nftables refuses the rule, or does not report its handle.
 */
export async function withOpenOutput<T>(doThis: () => Promise<T>): Promise<T> {
  const chain = ["inet", "webstack", "output"];
  const rule = ["insert", "rule", ...chain, "meta", "skuid", "0", "accept"];
  const output = execFileSync("/usr/sbin/nft", ["--echo", "--handle", ...rule], {
    encoding: "utf8",
  });
  const [, handle] = /# handle (\d+)/.exec(output) ?? [];
  if (handle === undefined)
    throw new Error(`nft must name the rule, said ${JSON.stringify(output)}`);
  try {
    return await doThis();
  } finally {
    execFileSync("/usr/sbin/nft", ["delete", "rule", ...chain, "handle", handle]);
  }
}
