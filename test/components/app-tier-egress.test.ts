import { describe, expect, it } from "vitest";
import type { AppTierArgs } from "../../components/app-tier";
import { valueOf } from "../support/record";
import { build } from "./app-tier-build";

/** Rules for the app's user on the first app node. */
async function rulesFor(egress?: AppTierArgs["egress"]): Promise<string[]> {
  const { tier } = await build({ egress });
  const { files } = await valueOf(tier.hosts[0]!.bundle);
  const lines = files["/etc/nftables.conf"]!.content.split("\n");
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('meta skuid "app"'));
}

describe("the app may call outside of the stack", () => {
  it("every address, if nothing is said or any", async () => {
    const everywhere = ['meta skuid "app" meta l4proto { tcp, udp } accept'];
    expect(await rulesFor()).toEqual(everywhere);
    expect(await rulesFor("any")).toEqual(everywhere);
  });

  it("nobody, if nothing else is wanted", async () => {
    expect(await rulesFor("none")).toEqual([]);
  });

  it("the listed blocks at their ports", async () => {
    const egress = [
      { to: "203.0.113.0/24", port: 443 },
      { to: "2001:db8::/32", port: 25 },
    ];
    expect(await rulesFor(egress)).toEqual([
      'meta skuid "app" ip daddr 203.0.113.0/24 tcp dport 443 accept',
      'meta skuid "app" ip6 daddr 2001:db8::/32 tcp dport 25 accept',
    ]);
  });
});
