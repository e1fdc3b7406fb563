import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

/** Runs a program in fresh network and mount namespaces, where names of namespaces are its own too. */
function apart(program: readonly string[], seconds: number) {
  const own = 'mount -t tmpfs none /run/netns && ip link set lo up && exec "$@"';
  const words = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  return spawnSync("unshare", [...words, "sh", "-ec", own, "sh", ...program], {
    encoding: "utf8",
    timeout: seconds * 1000,
  });
}

const probe = "ip netns add a; ip netns exec a nft list tables; command -v nsenter sysctl";
const missing = apart(["sh", "-ec", probe], 10).status !== 0;

describe.skipIf(missing)("hosts without a public interface, in namespaces of their own", () => {
  let seen: Record<string, unknown>;

  beforeAll(() => {
    const world = join(__dirname, "../support/nat-world.ts");
    const tsx = require.resolve("tsx");
    const { stdout, stderr } = apart([process.execPath, "--import", tsx, world], 100);
    expect(stderr).toBe("");
    seen = JSON.parse(stdout) as Record<string, unknown>;
  }, 110_000);

  it("have the routes of their network and of the metadata service, and no default", () => {
    expect(seen.routesAtBoot).toEqual([
      "10.0.0.0/16 via 10.0.0.1 dev enp7s0",
      "10.0.0.1 dev enp7s0 scope link",
      "169.254.169.254 via 10.0.0.1 dev enp7s0",
    ]);
  });

  it("are known to the metadata service, whatever the routes are", () => {
    expect(seen.identities).toEqual(["1", "2", "3"]);
    expect(seen.identityStays).toBe("2");
  });

  it("reach the public side by a route to a host that translates addresses, and only then", () => {
    expect(seen).toMatchObject({ withoutDefault: "nothing", withoutRoute: "nothing" });
    expect(seen).toMatchObject({ withRoute: "api", routeDeleted: "nothing" });
  });

  it("reach nothing while the gateway is off, and it again when it is back", () => {
    expect(seen).toMatchObject({ gatewayOff: "nothing", gatewayOn: "api" });
  });

  it("follow a gateway address that is an alias, which changes no interface", () => {
    expect(seen).toMatchObject({ byAlias: "api", aliasGone: "nothing", again: "api" });
    expect(seen.keepsItsRoutes).toBe("default via 10.0.0.1 dev enp7s0");
  });

  it("get foreign sources from the gateway of a route alone, and none that are members'", () => {
    expect(seen).toMatchObject({ spoofedWithoutRoute: "", fromGateway: "203.0.113.9" });
    expect(seen).toMatchObject({ fromGatewayAsMember: "", fromAnother: "" });
  });
});
