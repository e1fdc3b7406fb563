import assert from "node:assert/strict";
import { waitUntil } from "../../rolling/wait-until";
import { absences, machineActions, overlaps } from "../../scripts/drill/absences";
import { large, RollingWorld, small } from "./rolling-world";
import type { Step, Story } from "./story";

type StepOf = (world: RollingWorld) => Step;

const begins: StepOf = (world) => ({
  title: "the engine and a cloud without hosts are there, and nine servers are made at once",
  run: async () => {
    await world.begin();
    assert.equal((await world.stack.up()).failure, undefined);
    const created = (await machineActions(world.get)).filter(
      ({ command }) => command === "create_server",
    );
    const begun = created.map(({ begunMs }) => begunMs);
    assert.equal(created.length, 9);
    assert.ok(Math.max(...begun) - Math.min(...begun) < 10_000, "servers waited for each other");
    await world.isDone();
  },
});

const tells: StepOf = (world) => ({
  title: "the preview of another type plans updates alone, and tells their order, time and price",
  run: async () => {
    world.edited.types.app = large;
    const { changes, output, failure } = await world.stack.preview();
    assert.equal(failure, undefined);
    assert.deepEqual(changes, { update: 2 });
    for (const name of ["app-1", "app-2"]) {
      assert.match(output, new RegExp(`${name}: ${small} -> ${large}, .*one server of the stack`));
    }
    assert.ok(Object.values(await world.servers()).every((one) => one === `${small} running`));
  },
});

const resizes: StepOf = (world) => ({
  title: "two tiers change their types, one server at a time, up and down again",
  run: async () => {
    world.edited.types.db = large;
    const up = await world.applied({ update: 5 });
    assert.match(up.output, /db-1: in service again, as cpx32/);
    const types = await world.servers();
    for (const name of ["app-1", "app-2", "db-1", "db-2", "db-3"]) {
      assert.equal(types[name], `${large} running`);
    }
    assert.equal(types["web-1"], `${small} running`);
    world.edited.types.app = small;
    await world.applied({ update: 2 });
    const after = await world.servers();
    for (const name of ["app-1", "app-2"]) assert.equal(after[name], `${small} running`);
  },
});

const refuses: StepOf = (world) => ({
  title:
    "a preview refuses a disk that would shrink, another kind of processor, and no type at all",
  run: async () => {
    const because: Record<string, RegExp> = {
      cpx12: /its disk has 40 GB and app-\d has 80 GB, which cannot shrink/,
      cax21: /it is arm, and cpx22 is x86/,
      cpx99: /the cloud has no such type/,
    };
    for (const [type, reason] of Object.entries(because)) {
      world.edited.types.app = type;
      await world.refused(reason);
    }
    world.edited.types.app = small;
    const types = await world.servers();
    for (const name of ["app-1", "app-2"]) assert.equal(types[name], `${small} running`);
  },
});

const bringsBack: StepOf = (world) => ({
  title: "a server that the cloud refuses half-way is started again, and no other one is begun",
  run: async () => {
    Object.assign(world.edited, { trusting: true });
    world.edited.types.web = "cax21";
    const before = await world.lastAction();
    const { output, failure } = await world.stack.up();
    assert.match(String(failure), /invalid_server_type/);
    assert.match(output, /web-\d: in service again, as cpx22; no other server was begun/);
    assert.match(output, /web-\d was not begun, since this failed before: web-\d/);
    const found = (await machineActions(world.get)).filter(({ id }) => id > before);
    assert.deepEqual(
      found.map(({ command }) => command),
      ["stop_server", "start_server"],
    );
    world.edited.types.web = small;
    Object.assign(world.edited, { trusting: false });
    await world.isDone();
  },
});

const keeps: StepOf = (world) => ({
  title: "a server is not deleted without consent, and a preview says what would be lost",
  run: async () => {
    world.edited.counts.web = 1;
    const refusal = /web-2 would be deleted, and lost with it its server.*\["delete web-2 until/;
    await world.refused(refusal);
    world.edited.consent = ["delete app-2"];
    await world.refused(refusal);
    assert.ok("web-2" in (await world.servers()));
    world.edited.consent = ["delete web-2"];
    await world.applied({ update: 1, delete: 3 });
    assert.ok(!("web-2" in (await world.servers())));
    await world.isDone();
  },
});

const asks: StepOf = (world) => ({
  title: "the only server of its tier is not switched off without consent",
  run: async () => {
    world.edited.types.web = large;
    await world.refused(
      /the only web node: .*webstack:consent: \["resize web until \d{4}-\d\d-\d\d"\]/,
    );
    assert.equal((await world.servers())["web-1"], `${small} running`);
    world.edited.allowed = ["web"];
    assert.match((await world.stack.preview()).output, /It is the only web node: the site is off/);
    await world.applied({ update: 1 });
  },
});

const survives: StepOf = (world) => ({
  title: "after an engine that was killed in the middle of a change the next one finishes",
  run: async () => {
    world.edited.types.app = large;
    const before = await world.lastAction();
    const killed = world.stack.up();
    const stopped = async () =>
      (await machineActions(world.get)).find(
        ({ id, command }) => id > before && command === "stop_server",
      );
    await waitUntil("a server being switched off", stopped, {
      ...{ timeoutSeconds: 120, intervalMs: 50 },
    });
    await world.stack.kill();
    assert.notEqual((await killed).failure, undefined);
    await world.stack.unlock();
    const { failure } = await world.stack.up(true);
    assert.equal(failure, undefined);
    const types = await world.servers();
    assert.deepEqual([types["app-1"], types["app-2"]], [`${large} running`, `${large} running`]);
    const actions = (await machineActions(world.get)).filter(({ id }) => id > before);
    assert.deepEqual(overlaps(absences(actions)), []);
    await world.isDone();
  },
});

const ends: StepOf = (world) => ({
  title: "the stack is destroyed as any other, and the cloud ends",
  run: async () => {
    try {
      const { failure } = await world.stack.destroy();
      assert.equal(failure, undefined);
      assert.deepEqual(await world.servers(), {});
    } finally {
      await world.cloud.stop();
    }
  },
});

/** Resizes on the real engine, without hosts. */
export function rollingStory(): Story {
  const world = new RollingWorld();
  const steps = [begins, tells, resizes, refuses, bringsBack, keeps, asks, survives];
  return {
    name: "rolling: servers change their type under the real engine, on a cloud without hosts",
    steps: steps.map((step) => step(world)),
    closing: [ends(world)],
  };
}
