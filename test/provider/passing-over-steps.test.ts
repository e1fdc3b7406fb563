import { beforeEach, describe, expect, it } from "vitest";
import { HostUnreachable } from "../../provider/connect";
import type { Inputs } from "../../provider/inputs";
import { ConnectionLost } from "../../provider/session";
import { HostSessions } from "../../provider/host-sessions";
import { booted, edit, gone, host, inputs, pinned, Run, there } from "./passed-hosts";
import { sshHost } from "./ssh-host";

let run: Run;
beforeEach(() => void (run = new Run()));

describe("steps that build on an earlier one", () => {
  const release = (digest: string) => ({
    release: { digest: digest.repeat(64), root: "/srv/app", keep: 3 },
  });
  const units = (aside?: object) => [
    { unit: "a.service", reloadFiles: [], restartFiles: ["/etc/secret.env"], needs: [], aside },
  ];
  const restarting = (aside?: object) => ({
    ...{ secrets: { "/etc/secret.env": "PASSWORD=another\n" }, services: units(aside) },
  });

  it("stop at the first app node, which migrates, with another release", async () => {
    const { port } = await host();
    const hosts = [gone, there];
    const state = pinned(inputs(port, hosts, release("a"), "app"));
    const news = inputs(port, hosts, release("b"), "app");
    await expect(run.update(state, news)).rejects.toThrow(
      "the first app node migrates the database",
    );
    const tier = [...(news.tier as object[])].reverse();
    expect(await run.update(state, { ...news, tier })).toMatchObject(release("a"));
  });

  it("stop at a database node if its change restarts a service", async () => {
    const { port } = await host();
    const changed = run.updateFirst(port, [gone, there, there], restarting(), "db");
    await expect(changed).rejects.toThrow("only after all databases have such a change");
    await run.updateFirst(port, [gone, there, there], edit, "db");
    const next = inputs(port, [there, there, gone], { ...restarting(), node: "db-2" }, "db");
    const before = pinned(inputs(port, [there, there, gone], { node: "db-2" }, "db"));
    await expect(run.update(before, next)).rejects.toThrow(
      /^db-2 was not changed: the change restarts a\.service while db-1 cannot be reached/,
    );
  });

  it("stop before the last node of a tier steps aside", async () => {
    const { port, key } = await host();
    await run.updateFirst(port, [gone, there]);
    const before = { ...inputs(port, [there, gone], { node: "web-2" }), hostKey: key };
    const next = (aside?: object) =>
      inputs(port, [there, gone], { ...restarting(aside), node: "web-2" });
    const aside = { leave: ["/bin/true"], back: ["/bin/true"] };
    await expect(run.update(before, next(aside))).rejects.toThrow("web-2 was not changed");
    expect(await run.update(before, next())).toMatchObject({ node: "web-2", hostKey: key });
  });
});

it("a host that vanishes in the middle of a change is not passed over", async () => {
  const target = await sshHost(booted);
  const log = () => ({ status: () => undefined, info: () => undefined, warn: () => undefined });
  const visits = new HostSessions(log, new AbortController().signal);
  const values = inputs(target.port, [there]) as unknown as Inputs;
  const visited = visits.to(
    { urn: "urn", inputs: values, pinned: target.key, patienceAgain: 1 },
    async () => {
      target.close();
      throw new ConnectionLost("lost");
    },
  );
  const error = await visited.catch((reason: unknown) => reason);
  expect((error as Error).message).toContain("cannot be reached over SSH within 1 s");
  expect(error).not.toBeInstanceOf(HostUnreachable);
});
