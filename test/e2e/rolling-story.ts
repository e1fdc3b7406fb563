import assert from "node:assert/strict";
import { absences, machineActions, overlaps } from "../../scripts/drill/absences";
import { waitUntil } from "../../scripts/local/wait-until";
import { MemoryCloud } from "./memory-cloud";
import { MemoryStack, type Ran } from "./memory-stack";
import { type Edited, serversOf } from "./rolling-stack";
import type { Step, Story } from "./story";

const small = "cpx22";
const large = "cpx32";

/** Resizes under the real engine, on a cloud without hosts: what it plans, and what the cloud was told. */
class RollingStory {
  private readonly cloud = new MemoryCloud();
  private stack!: MemoryStack;
  private readonly edited: Edited = {
    types: { lb: small, web: small, app: small, db: small },
    counts: { lb: 2, web: 2, app: 2, db: 3 },
    allowed: [],
    trusting: false,
  };

  private readonly get = async <T>(path: string): Promise<T> => {
    const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = this.cloud.environment;
    const headers = { authorization: `Bearer ${HCLOUD_TOKEN}` };
    return (await (await fetch(`${HCLOUD_ENDPOINT}${path}`, { headers })).json()) as T;
  };

  private async servers(): Promise<Record<string, string>> {
    type Wire = { servers: { name: string; status: string; server_type: { name: string } }[] };
    const { servers } = await this.get<Wire>("/servers?per_page=50");
    return Object.fromEntries(
      servers.map(({ name, status, server_type }) => [name, `${server_type.name} ${status}`]),
    );
  }

  /** Applies an edit; asserts that it worked, and that no two servers were off at a time. */
  private async applied(expected: Record<string, number>, refresh = false): Promise<Ran> {
    const before = (await machineActions(this.get)).at(-1)?.id ?? 0;
    const ran = await this.stack.up(refresh);
    assert.equal(ran.failure, undefined);
    const { same: _, ...changes } = ran.changes;
    assert.deepEqual(changes, expected);
    const actions = (await machineActions(this.get)).filter(({ id }) => id > before);
    assert.deepEqual(overlaps(absences(actions)), []);
    return ran;
  }

  private readonly begins: Step = {
    title: "the engine and a cloud without hosts are there, and nine servers are made at once",
    run: async () => {
      await this.cloud.start();
      this.stack = await MemoryStack.create(this.cloud, () => serversOf(this.cloud, this.edited));
      const ran = await this.stack.up();
      assert.equal(ran.failure, undefined);
      const created = (await machineActions(this.get)).filter(
        ({ command }) => command === "create_server",
      );
      const begun = created.map(({ begunMs }) => begunMs);
      assert.equal(created.length, 9);
      assert.ok(Math.max(...begun) - Math.min(...begun) < 10_000, "servers waited for each other");
      assert.deepEqual(Object.keys((await this.stack.up()).changes), ["same"]);
    },
  };

  private readonly tells: Step = {
    title: "the preview of another type plans updates alone, and tells their order, time and price",
    run: async () => {
      this.edited.types.app = large;
      const { changes, said, failure } = await this.stack.preview();
      assert.equal(failure, undefined);
      const { same: _, ...planned } = changes;
      assert.deepEqual(planned, { update: 2 });
      for (const name of ["app-1", "app-2"]) {
        assert.match(said, new RegExp(`${name}: ${small} -> ${large}, .*one server of the stack`));
      }
      assert.ok(Object.values(await this.servers()).every((one) => one === `${small} running`));
    },
  };

  private readonly resizes: Step = {
    title: "two tiers change their types, one server at a time, up and down again",
    run: async () => {
      this.edited.types.db = large;
      const up = await this.applied({ update: 5 });
      assert.match(up.said, /db-1: in service again, as cpx32/);
      const types = await this.servers();
      for (const name of ["app-1", "app-2", "db-1", "db-2", "db-3"]) {
        assert.equal(types[name], `${large} running`);
      }
      assert.equal(types["web-1"], `${small} running`);
      this.edited.types.app = small;
      await this.applied({ update: 2 });
      const after = await this.servers();
      for (const name of ["app-1", "app-2"]) assert.equal(after[name], `${small} running`);
    },
  };

  private readonly refuses: Step = {
    title:
      "a preview refuses a disk that would shrink, another kind of processor, and no type at all",
    run: async () => {
      const because: Record<string, RegExp> = {
        cpx12: /its disk has 40 GB and app-\d has 80 GB, which cannot shrink/,
        cax21: /it is arm, and cpx22 is x86/,
        cpx99: /the cloud has no such type/,
      };
      for (const [type, reason] of Object.entries(because)) {
        this.edited.types.app = type;
        assert.match(String((await this.stack.preview()).failure), reason);
        assert.match(String((await this.stack.up()).failure), reason);
      }
      this.edited.types.app = small;
      const types = await this.servers();
      for (const name of ["app-1", "app-2"]) assert.equal(types[name], `${small} running`);
    },
  };

  private readonly bringsBack: Step = {
    title: "a server that the cloud refuses half-way is started again, and no other one is begun",
    run: async () => {
      Object.assign(this.edited, { trusting: true });
      this.edited.types.web = "cax21";
      const before = (await machineActions(this.get)).at(-1)!.id;
      const { said, failure } = await this.stack.up();
      assert.match(String(failure), /invalid_server_type/);
      assert.match(said, /web-\d: in service again, unchanged; no other server was begun/);
      assert.match(said, /web-\d was not begun, since this failed before: web-\d/);
      const found = (await machineActions(this.get)).filter(({ id }) => id > before);
      assert.deepEqual(
        found.map(({ command }) => command),
        ["stop_server", "start_server"],
      );
      this.edited.types.web = small;
      Object.assign(this.edited, { trusting: false });
      assert.deepEqual(Object.keys((await this.stack.up()).changes), ["same"]);
    },
  };

  private readonly asks: Step = {
    title: "the only server of its tier is not switched off without consent",
    run: async () => {
      this.edited.counts.web = 1;
      await this.applied({ delete: 3 });
      this.edited.types.web = large;
      const refusal =
        /the only web node: .*webstack:consent: \["resize web until \d{4}-\d\d-\d\d"\]/;
      assert.match(String((await this.stack.preview()).failure), refusal);
      assert.match(String((await this.stack.up()).failure), refusal);
      assert.equal((await this.servers())["web-1"], `${small} running`);
      this.edited.allowed = ["web"];
      assert.match((await this.stack.preview()).said, /It is the only web node: the site is off/);
      await this.applied({ update: 1 });
    },
  };

  private readonly survives: Step = {
    title: "after an engine that was killed in the middle of a change the next one finishes",
    run: async () => {
      this.edited.types.app = large;
      const before = (await machineActions(this.get)).at(-1)!.id;
      const killed = this.stack.up();
      const stopped = async () =>
        (await machineActions(this.get)).find(
          ({ id, command }) => id > before && command === "stop_server",
        );
      await waitUntil("a server being switched off", stopped, {
        ...{ timeoutSeconds: 120, intervalMs: 50 },
      });
      await this.stack.kill();
      assert.notEqual((await killed).failure, undefined);
      await this.stack.unlock();
      const { failure } = await this.stack.up(true);
      assert.equal(failure, undefined);
      const types = await this.servers();
      assert.deepEqual([types["app-1"], types["app-2"]], [`${large} running`, `${large} running`]);
      const actions = (await machineActions(this.get)).filter(({ id }) => id > before);
      assert.deepEqual(overlaps(absences(actions)), []);
      assert.deepEqual(Object.keys((await this.stack.up()).changes), ["same"]);
    },
  };

  private readonly ends: Step = {
    title: "the stack is destroyed as any other, and the cloud ends",
    run: async () => {
      try {
        const { failure } = await this.stack.destroy();
        assert.equal(failure, undefined);
        assert.deepEqual(await this.servers(), {});
      } finally {
        await this.cloud.stop();
      }
    },
  };

  tell(): Story {
    return {
      name: "rolling: servers change their type under the real engine, on a cloud without hosts",
      steps: [
        ...[this.begins, this.tells, this.resizes, this.refuses],
        ...[this.bringsBack, this.asks, this.survives],
      ],
      closing: [this.ends],
    };
  }
}

/** Resizes on the real engine, without hosts. */
export function rollingStory(): Story {
  return new RollingStory().tell();
}
