import { afterEach, describe, expect, it, vi } from "vitest";
import { program } from "../program";
import { named, record } from "./support/record";
import { stackConfig } from "./support/stack-config";
import { namedAddress } from "../web-stack/args";

afterEach(() => void vi.unstubAllEnvs());

const registered = (endpoint?: string) => {
  const cloud: Record<string, string> = endpoint ? { "hcloud:endpoint": endpoint } : {};
  return record(() => void program(), {
    stack: "dev",
    config: { ...stackConfig("dev"), ...cloud },
  });
};
/** Hooks before an update of the load balancers' firewall. */
const hooksOf = async (endpoint?: string) =>
  named(await registered(endpoint), "firewalls-edge").beforeUpdate;
const onThisMachine = "http://127.0.0.1:8480/v1";

describe("the address of the machine that runs the up", () => {
  it("is looked up for a cloud elsewhere, and not for one on this machine", async () => {
    expect(await hooksOf()).toEqual(["access after the update"]);
    expect(await hooksOf(onThisMachine)).toEqual([]);
  });

  it("is the named one for any cloud", async () => {
    vi.stubEnv(namedAddress, "198.18.1.1");
    expect(await hooksOf(onThisMachine)).toEqual(["access after the update"]);
  });

  it.each(["2a01:4f8::1", "5.75.1.2/32", "home"])("is refused as %s", async (address) => {
    vi.stubEnv(namedAddress, address);
    await expect(registered()).rejects.toThrow(
      `WEBSTACK_ADDRESS must be an IPv4 address such as 5.75.1.7, got "${address}"; SSH reaches the hosts over IPv4 alone`,
    );
  });
});
