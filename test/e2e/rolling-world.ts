import assert from "node:assert/strict";
import { cloudCall } from "../../rolling/cloud-api";
import { absences, machineActions, overlaps } from "../../scripts/drill/absences";
import { MemoryCloud } from "../../scripts/hostless/memory-cloud";
import { MemoryStack, type Ran } from "./memory-stack";
import { type Edited, serversOf } from "./rolling-stack";

/** Types of which the second is larger. */
export const [small, large] = ["cpx22", "cpx32"];

/** A stack that is edited under the real engine, on a cloud without hosts. */
export class RollingWorld {
  readonly cloud = new MemoryCloud();
  stack!: MemoryStack;
  readonly edited: Edited = {
    types: { lb: small, web: small, app: small, db: small },
    counts: { lb: 2, web: 2, app: 2, db: 3 },
    allowed: [],
    consent: [],
    trusting: false,
  };

  readonly get = async <T>(path: string): Promise<T> => {
    return (await cloudCall(this.cloud.access, "GET", path)) as T;
  };

  /** Starts the cloud. */
  async begin(): Promise<void> {
    await this.cloud.start();
    this.stack = await MemoryStack.create(this.cloud, () => serversOf(this.cloud, this.edited));
  }

  /** Type and status of each server by name. */
  async servers(): Promise<Record<string, string>> {
    type Wire = { servers: { name: string; status: string; server_type: { name: string } }[] };
    const { servers } = await this.get<Wire>("/servers?per_page=50");
    return Object.fromEntries(
      servers.map(({ name, status, server_type }) => [name, `${server_type.name} ${status}`]),
    );
  }

  /** Applies an edit; asserts that it worked, and that no two servers were off at a time. */
  async applied(expected: Record<string, number>, refresh = false): Promise<Ran> {
    const before = (await machineActions(this.get)).at(-1)?.id ?? 0;
    const ran = await this.stack.up(refresh);
    assert.equal(ran.failure, undefined);
    assert.deepEqual(ran.changes, expected);
    const actions = (await machineActions(this.get)).filter(({ id }) => id > before);
    assert.deepEqual(overlaps(absences(actions)), []);
    return ran;
  }

  /** Number of the last thing that the cloud did with a server. */
  async lastAction(): Promise<number> {
    return (await machineActions(this.get)).at(-1)?.id ?? 0;
  }

  /** Asserts that an edit is refused with that reason, by the preview and by `up`. */
  async refused(reason: RegExp): Promise<void> {
    assert.match(String((await this.stack.preview()).failure), reason);
    assert.match(String((await this.stack.up()).failure), reason);
  }

  /** Asserts that nothing is left to change. */
  async isDone(): Promise<void> {
    const { failure, changes } = await this.stack.up();
    assert.deepEqual([failure, changes], [undefined, {}]);
  }
}
