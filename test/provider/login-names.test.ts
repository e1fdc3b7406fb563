import { describe, expect, it, vi } from "vitest";
import type { Values } from "../../plugin/values";
import type { Inputs, State } from "../../provider/inputs";
import { LoginNames } from "../../provider/login-names";
import { loginScripts } from "../../provider/login-scripts";
import { about, edit, gone, host, inputs, pinned, Run, there } from "./passed-hosts";

const log = { status: vi.fn(), info: vi.fn(), warn: vi.fn() };
const { signal } = new AbortController();
const everyHost = [{ node: "web-1", host: there, bastions: [] }];

/** A configuration with a login name. */
const as = (user: string, more: Values = {}) => {
  const values = inputs(22, [there], more);
  return { ...values, connection: { ...(values.connection as object), user } } as unknown as Inputs;
};
const state = (user: string) => ({ ...as(user), hostKey: "key" }) as State;

describe("the former login name", () => {
  /** The names of a run, with the changes that came first, and what ended where. */
  const namesAfter = (left?: string) => {
    const end = vi.fn(async () => left);
    const names = new LoginNames(signal, end);
    return { names, end };
  };

  it("ends with the configuration of the last host alone, if one was changed in this run", async () => {
    const { names, end } = namesAfter();
    expect(names.changes(state("alice"), as("alice"))).toBe(false);
    expect(await names.recorded(as("alice", { everyHost }), "alice", log)).toBe("alice");
    expect(end).not.toHaveBeenCalled();
    expect(names.changes(state("webstack"), as("alice"))).toBe(true);
    expect(await names.recorded(as("alice"), "webstack", log)).toBe("alice");
    expect(end).not.toHaveBeenCalled();
    expect(await names.recorded(as("alice", { everyHost }), "webstack", log)).toBe("alice");
    expect(end).toHaveBeenCalledWith(everyHost, expect.objectContaining({ user: "alice" }));
  });

  it("stays recorded for the last host while a host lacks the new one", async () => {
    const { names } = namesAfter("db-3: no answer");
    names.changes(state("webstack"), as("alice"));
    expect(await names.recorded(as("alice", { everyHost }), "webstack", log)).toBe("webstack");
    expect(log.warn).toHaveBeenLastCalledWith(
      "every host accepts the former login name too, until all have alice: db-3: no answer. " +
        "Bring them back and run `up` again",
    );
  });
});

describe("the configuration of a host with another login name", () => {
  it("ends the former name as its last step on the last host, also where nothing else is to change", async () => {
    const target = await host();
    const values = (user: string) => {
      const found = inputs(target.port, [there]);
      const route = { node: "web-1", host: there, port: target.port, bastions: [] };
      const connection = { ...(found.connection as object), user };
      return { ...found, connection, everyHost: [route] };
    };
    const before = { ...values("webstack"), hostKey: target.key };
    const after = await new Run().update(before, values("alice"));
    expect(after.connection).toMatchObject({ user: "alice" });
    expect(target.inputs.slice(-4)).toEqual(
      (["mayEnd", "end", "keep", "retire"] as const).map((name) => loginScripts[name]),
    );
    const { provider } = new Run();
    const planned = (was: object) =>
      provider.diff({ ...about, state: was as never, inputs: values("alice") }).changes;
    expect(planned(after)).toEqual([]);
    expect(planned(before)).toEqual([{ path: "connection.user", kind: "update" }]);
  });

  it("keeps the recorded name of a host that is passed over, and the present route", async () => {
    const { port } = await host();
    const hosts = [gone, there];
    const { connection, ...news } = inputs(port, hosts, edit);
    const route = { ...(connection as object), user: "alice", connectTimeoutSeconds: 2 };
    const passed = await new Run().update(pinned(inputs(port, hosts)), {
      ...news,
      connection: route,
    });
    expect(passed).toMatchObject({ unreached: expect.any(String) as string });
    expect(passed.connection).toEqual({ ...route, user: "webstack" });
  });
});
