import { describe, expect, it } from "vitest";
import type { Session } from "../../provider/session";
import { type Connect, sshHosts } from "../../rolling/ssh-hosts";
import { plan } from "../support/tier-args";

/** Load balancers' public addresses. */
const [first, second] = ["203.0.113.1", "203.0.113.2"];

/** Hosts behind connections that work, but for the dead ways, and the ways that were tried. */
function reached(dead: string[] = [], result = { status: 0, stdout: "hello", stderr: "" }) {
  const tried: string[] = [];
  const ran: unknown[][] = [];
  let open = 0;
  const connect: Connect = async ({ connection: { host, bastions, user, privateKey } }) => {
    const way = [...bastions, host].join(" > ");
    tried.push(way);
    expect([user, privateKey]).toEqual(["webstack", "KEY"]);
    if (dead.some((address) => way.startsWith(address))) throw new Error(`${way} is dead`);
    open += 1;
    const run = async (...words: unknown[]) => {
      ran.push(words);
      return result;
    };
    return { run, close: () => (open -= 1) } as unknown as Session;
  };
  const publicIps = new Map([
    ["lb-1", first],
    ["lb-2", second],
  ]);
  const nodes = [...plan.lb, ...plan.web];
  const hosts = sshHosts({ nodes, user: "webstack", privateKey: "KEY", publicIps, connect });
  return { hosts, tried, ran, open: () => open };
}

describe("hosts over SSH", () => {
  it("are reached at their public address, or through a load balancer", async () => {
    const { hosts, tried, ran, open } = reached();
    expect(await hosts.run("lb-2", "uptime")).toBe("hello");
    expect(await hosts.run("web-1", "uptime", 60_000)).toBe("hello");
    expect(tried).toEqual([second, `${first} > 10.0.2.11`]);
    expect(ran).toEqual([
      ["uptime", { timeoutSeconds: 15 }],
      ["uptime", { timeoutSeconds: 60 }],
    ]);
    expect(open()).toBe(0);
  });

  it("are reached through the other load balancer, which is asked first from then on", async () => {
    const { hosts, tried } = reached([first]);
    await hosts.run("web-1", "uptime");
    await hosts.run("web-2", "uptime");
    expect(tried).toEqual([
      ...[`${first} > 10.0.2.11`, `${second} > 10.0.2.11`, `${second} > 10.0.2.12`],
    ]);
  });

  it("say why they are not reached", async () => {
    const { hosts } = reached([first, second]);
    await expect(hosts.run("web-1", "uptime")).rejects.toThrow(`${second} > 10.0.2.11 is dead`);
    await expect(hosts.run("web-9", "uptime")).rejects.toThrow("web-9 is no node of the stack");
  });

  it("say with which words a command failed, and end the connection", async () => {
    const { hosts, open } = reached([], { status: 3, stdout: "", stderr: "no such unit\n" });
    await expect(hosts.run("web-1", "false")).rejects.toThrow(
      "web-1: a command ended with 3: no such unit",
    );
    expect(open()).toBe(0);
  });
});
