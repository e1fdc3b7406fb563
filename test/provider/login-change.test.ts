import { describe, expect, it, onTestFinished } from "vitest";
import { connect, LoginRefused } from "../../provider/connect";
import { HostKeyMismatch } from "../../provider/host-key";
import { addLogin, checkLogin, endFormerLogins } from "../../provider/login-change";
import { foreignAccount, loginScripts, notConfigured } from "../../provider/login-scripts";
import { madeKey } from "./inputs";
import { closedPort, type SshHost, sshHost } from "./ssh-host";

const { privateKey } = madeKey();
const { signal } = new AbortController();
const change = { user: "alice", privateKey, signal, waitSeconds: 3 };

interface NamedHost extends SshHost {
  /** Names that it accepts by its configuration. */
  configured: string[];
  /** Names that it accepts beside them. */
  extra: string[];
  /** Scripts that it ran, each with the name that ran it. */
  ran: string[];
  /** Names of accounts of something else. */
  foreign: string[];
}

const nameOf = (script: string) =>
  Object.entries(loginScripts).find(([, text]) => text === script)?.[0];

/** A host that accepts these names, and runs the scripts. */
async function host(...configured: string[]): Promise<NamedHost> {
  const one = { configured, extra: [], ran: [], foreign: [] } as unknown as NamedHost;
  const started = await sshHost(
    (command, stdin) => {
      const name = nameOf(stdin) ?? "?";
      one.ran.push(`${name} by ${started.logins.at(-1)}`);
      expect(command).toBe("sudo -n sh -s -- alice");
      if (one.foreign.includes("alice")) return { status: foreignAccount };
      const isSet = one.configured.join() === "alice";
      if (/end$/i.test(name) && !isSet) return { status: notConfigured };
      if (name === "add") one.extra = [...one.configured, "alice"];
      if (name === "end") one.extra = [];
      return {};
    },
    (_, user) => [...one.configured, ...one.extra].includes(user),
  );
  onTestFinished(started.close);
  return Object.assign(one, started);
}

const route = ({ port }: SshHost, door?: SshHost, node = "web-1") => ({
  ...{ node, host: "127.0.0.1", port },
  bastions: door ? [`127.0.0.1:${door.port}`] : [],
});

describe("a new login name", () => {
  it("is added by the former one, and proved by a login of its own, which keeps it", async () => {
    const lb = await host("webstack");
    expect(await addLogin(route(lb), "webstack", change)).toBe("done");
    expect(lb.ran).toEqual(["add by webstack", "keep by alice"]);
    expect(lb.logins).toEqual(["webstack", "alice"]);
  });

  it("opens the bastion once the bastion has it, while the host behind has the former one alone", async () => {
    const [door, inner] = [await host("webstack"), await host("webstack")];
    await addLogin(route(door), "webstack", change);
    expect(await addLogin(route(inner, door), "webstack", change)).toBe("done");
    expect(door.logins.slice(2)).toEqual(["alice", "alice"]);
    expect(inner.logins).toEqual(["webstack", "alice"]);
  });

  it("is checked through a bastion that has the former one alone", async () => {
    const [door, inner] = [await host("webstack"), await host("webstack")];
    expect(await checkLogin(route(inner, door), "webstack", change)).toBe("done");
    expect(inner.ran).toEqual(["mayAdd by webstack"]);
    expect([door.ran, door.extra, inner.extra]).toEqual([[], [], []]);
  });

  it("changes nothing on a server that was made with it", async () => {
    const made = await host("alice");
    expect(await addLogin(route(made), "webstack", change)).toBe("done");
    expect([made.ran, made.logins]).toEqual([[], ["-webstack", "alice"]]);
  });

  it("is refused where it is an account of something else", async () => {
    const one = await host("webstack");
    one.foreign.push("alice");
    await expect(checkLogin(route(one), "webstack", change)).rejects.toThrow(
      'webstack:admin.user must not be an account that a node has for something else, got "alice", which web-1 has',
    );
  });

  it("tells a host that accepts neither name, and one that cannot be reached", async () => {
    const one = await host("bob");
    expect(await addLogin(route(one), "webstack", change)).toBe("refused");
    expect(one.logins).toEqual(["-webstack", "-alice"]);
    const gone = { node: "web-1", host: "127.0.0.1", port: await closedPort(), bastions: [] };
    expect(await addLogin(gone, "webstack", { ...change, waitSeconds: 1 })).toEqual({
      unreached: expect.stringMatching(/cannot be reached/) as string,
    });
  });
});

describe("the end of the former login name", () => {
  it("comes on every host, each proves the new one by a login before the account goes", async () => {
    const hosts = [await host("webstack"), await host("webstack")];
    for (const one of hosts) {
      await addLogin(route(one), "webstack", change);
      one.configured.splice(0, 1, "alice");
      one.ran.length = 0;
    }
    expect(
      await endFormerLogins(
        hosts.map((one) => route(one)),
        change,
      ),
    ).toBeUndefined();
    for (const { ran, logins, extra } of hosts) {
      expect(ran).toEqual(["mayEnd", "end", "keep", "retire"].map((name) => `${name} by alice`));
      expect(logins.slice(2)).toEqual(["alice", "alice", "alice"]);
      expect(extra).toEqual([]);
    }
  });

  it("waits, on every host, for one that cannot be reached and one that is not configured", async () => {
    const [done, other] = [await host("alice"), await host("alice", "webstack")];
    const gone = { node: "db-3", host: "127.0.0.1", port: await closedPort(), bastions: [] };
    const hosts = [route(done), route(other, undefined, "web-2"), gone];
    const why = await endFormerLogins(hosts, { ...change, waitSeconds: 1 });
    expect(why).toMatch(/web-2 is not configured for it yet/);
    expect(why).toMatch(/db-3: .* cannot be reached/);
    expect([done.ran, other.ran].flat()).toEqual(["mayEnd by alice", "mayEnd by alice"]);
  });

  it("stops at a host that refuses the new one", async () => {
    const [one, other] = [await host("alice"), await host("webstack")];
    await expect(
      endFormerLogins([route(one), route(other, undefined, "web-2")], change),
    ).rejects.toThrow("web-2 refuses the login alice");
    expect(one.ran).toEqual(["mayEnd by alice"]);
  });
});

describe("a refused login", () => {
  const visit = (one: SshHost, pinned: string | undefined) => ({
    connection: { ...route(one), user: "alice", privateKey },
    ...{ pinned, timeoutSeconds: 20, urn: "", say: () => undefined, signal, refusalEnds: true },
  });

  it("ends the wait at once, at the authentication", async () => {
    const one = await host("webstack");
    await expect(connect(visit(one, one.key))).rejects.toThrow(LoginRefused);
    expect(one.logins).toEqual(["-alice"]);
  });

  it("is not asked of a host with another key", async () => {
    const [one, other] = [await host("webstack"), await host("webstack")];
    await expect(connect(visit(one, other.key))).rejects.toThrow(HostKeyMismatch);
    expect(one.logins).toEqual([]);
  });
});
