import { beforeEach, describe, expect, it } from "vitest";
import type { Values } from "../../plugin/values";
import { without } from "../plugin/plugin-process";
import { goodInputs, privateKey } from "./inputs";
import { about, edit, gone, host, inputs, pinned, Run, there } from "./passed-hosts";
import { closedPort } from "./ssh-host";

let run: Run;
beforeEach(() => void (run = new Run()));

describe("a host that cannot be reached", () => {
  it("is passed over with its former configuration, which the next up changes", async () => {
    const { port, key } = await host();
    const news = inputs(port, [gone, there], edit);
    const state = await run.updateFirst(port, [gone, there]);
    expect(state.files).toEqual(goodInputs().files);
    expect(state.unreached).toMatch(
      /^127.0.0.2 cannot be reached over SSH within 1 s .*; not changed there: \/etc\/nginx\/nginx.conf$/,
    );
    expect(run.warnings).toEqual([`web-1 is passed over: ${String(state.unreached)}`]);
    const { changes, isOfInputs } = run.provider.diff({ ...about, state, inputs: news });
    expect(changes.map(({ path }) => path)).toContain('files["/etc/nginx/nginx.conf"]');
    expect(isOfInputs).toBe(false);
    const back = inputs(port, [there, gone], edit);
    const done = await run.update({ ...state, hostKey: key }, back);
    expect(done).toEqual({ ...back, hostKey: key });
    expect(run.provider.diff({ ...about, state: done, inputs: back }).changes).toEqual([]);
  });

  it("is planned again even if the edit is taken back", async () => {
    const { port } = await host();
    const state = await run.updateFirst(port, [gone, there]);
    const former = inputs(port, [gone, there]);
    expect(run.provider.diff({ ...about, state, inputs: former }).changes).toEqual([
      { path: "unreached", kind: "delete" },
    ]);
  });

  it("is an error if nothing else of its tier is reached, or too little", async () => {
    const { port } = await host();
    await expect(run.updateFirst(port, [gone])).rejects.toThrow("it is the only web node");
    await expect(run.updateFirst(port, [gone, gone])).rejects.toThrow(
      /of web-1, web-2 only none can be reached\. Start web-1, or replace/,
    );
    await expect(run.updateFirst(port, [gone, there, gone], edit, "db")).rejects.toThrow(
      "only db-2 can be reached",
    );
    expect(run.warnings).toEqual([]);
  });

  it("is an error if it has no configuration yet", async () => {
    const { port } = await host();
    const made = run.provider.create({
      ...about,
      inputs: inputs(port, [gone, there]),
      preview: false,
    });
    await expect(made).rejects.toThrow("cannot be reached over SSH within 1 s");
  });

  it("is an error if it refuses the login, since it answers", async () => {
    const { port } = await host(() => false);
    const hosts = [there, there];
    const state: Values = inputs(port, hosts);
    await expect(run.update(state, inputs(port, hosts, edit))).rejects.toThrow(
      /within 1 s \(directly: the login webstack is refused: All configured authentication methods failed\)$/,
    );
  });

  it("is an error if no bastion can be used, since nothing is known of the host", async () => {
    const { port } = await host();
    const bastions = [`127.0.0.1:${await closedPort()}`];
    const way = { host: gone, port, user: "webstack", privateKey, bastions };
    const connection = { ...way, connectTimeoutSeconds: 1 };
    const news = inputs(port, [gone, there], { ...edit, connection });
    await expect(run.update(pinned(inputs(port, [gone, there])), news)).rejects.toThrow(
      /the bastion: [^;]*REFUSED[^;]*$/,
    );
  });

  it("is passed over behind a bastion that works", async () => {
    const [bastion, target] = [await host(), await host()];
    const way = { host: gone, port: target.port, user: "webstack", privateKey };
    const bastions = [`127.0.0.1:${bastion.port}`];
    const connection = { ...way, bastions, connectTimeoutSeconds: 1 };
    const hosts = [gone, there];
    const news = inputs(target.port, hosts, { ...edit, connection });
    const state = await run.update(pinned(inputs(target.port, hosts)), news);
    expect(state.unreached).toContain("127.0.0.2 port");
    expect(state.connection).toEqual(connection);
  });

  it("makes the wait for each later one short", async () => {
    const { port } = await host();
    await run.updateFirst(port, [gone, there]);
    const way = { host: gone, port, user: "webstack", privateKey, bastions: [] };
    const connection = { ...way, connectTimeoutSeconds: 60 };
    const news = inputs(port, [gone, there], { ...edit, connection }, "app");
    const state = await run.update(pinned(inputs(port, [gone, there], {}, "app")), news);
    expect(state.unreached).toContain("within 1 s");
  });
});

it("a state of an earlier release, without the tier's hosts, has no change", () => {
  const state = without("tier", pinned(inputs(22, [there, gone])));
  expect(run.provider.diff({ ...about, state, inputs: inputs(22, [there, gone]) }).changes).toEqual(
    [],
  );
});
