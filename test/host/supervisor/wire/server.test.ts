import { get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type Answers, serve } from "../../../../host/supervisor/wire/server";
import { member } from "../support/node-state";

let server: Server | undefined;

afterEach(() => server?.close());

/** Starts the server on a free port; returns how it answers, and what it was made to do. */
async function started(overrides: Partial<Answers> = {}) {
  const done: string[] = [];
  server = serve(
    "127.0.0.1",
    {
      state: () => member("db-1", "PRIMARY"),
      isFresh: () => true,
      problem: () => undefined,
      confirmed: () => true,
      adopt: () => done.push("adopt"),
      claim: () => done.push("claim") > 0,
      release: () => done.push("release"),
      announced: () => done.push("announced"),
      leaving: () => done.push("leaving"),
      isPeer: () => true,
      onAsked: () => undefined,
      ...overrides,
    },
    0,
  );
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  return { ask, done };
}

/** Status of an answer to a call from another address of this machine. */
async function statusFrom(localAddress: string, path: string): Promise<number | undefined> {
  const { port } = server!.address() as AddressInfo;
  const call = get({ host: "127.0.0.1", port, path, localAddress });
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

const view = "primary=db-1&epoch=100&counter=1&turn=0";
const between = [`/view?${view}`, `/claim?by=db-2&${view}`, "/release?by=db-2", "/change"];

describe("the supervisor's server", () => {
  it("tells proxies the role of the node", async () => {
    const { ask } = await started();
    expect((await ask("/primary")).status).toBe(200);
    expect((await ask("/replica?lag=1s")).status).toBe(503);
  });

  it("names no role from a look that is too old", async () => {
    const { ask } = await started({ isFresh: () => false });
    expect((await ask("/primary")).status).toBe(503);
    expect(await (await ask("/state")).json()).toMatchObject({ ready: false, member: null });
  });

  it("takes the word of other database nodes", async () => {
    const { ask, done } = await started();
    for (const path of between) expect((await ask(path)).status, path).toBe(200);
    expect(done).toEqual(["adopt", "claim", "release", "announced"]);
  });

  it("takes nobody else's word, who the group is or may be", async () => {
    const { ask, done } = await started({ isPeer: (address) => address !== "127.0.0.1" });
    for (const path of between) expect((await ask(path)).status, path).toBe(404);
    expect(done).toEqual([]);
    expect((await ask("/primary")).status).toBe(200);
  });

  it("makes ready for the stop of MySQL when its own host says so, and nobody else", async () => {
    const { ask, done } = await started();
    expect((await ask("/leaving")).status).toBe(200);
    expect(done).toEqual(["leaving"]);
    expect(await statusFrom("127.0.0.2", "/leaving")).toBe(404);
    expect(done).toEqual(["leaving"]);
  });

  it("asks for patience while the node is on its way, and for none otherwise", async () => {
    let moving = true;
    const { ask } = await started({ problem: () => ({ text: "copying data", moving }) });
    const onWay = await ask("/health");
    expect(onWay.status).toBe(503);
    expect(onWay.headers.get("retry-after")).toBe("180");
    expect(await onWay.text()).toBe("copying data\n");
    moving = false;
    expect((await ask("/health")).headers.has("retry-after")).toBe(false);
  });

  it("is healthy without a problem, and not if MySQL hangs", async () => {
    let fresh = true;
    const { ask } = await started({ isFresh: () => fresh });
    expect((await ask("/health")).status).toBe(200);
    fresh = false;
    const hanging = await ask("/health");
    expect(hanging.status).toBe(503);
    expect(await hanging.text()).toBe("MySQL does not answer\n");
  });
});
