import { beforeEach, describe, expect, it } from "vitest";
import { refused, TestCloud } from "../support/test-cloud";

let cloud: TestCloud;
beforeEach(() => {
  cloud = new TestCloud({ actions: "async" });
});

describe("polling actions", () => {
  it("sees them run, then succeed", async () => {
    const { action } = await cloud.made("/servers", {
      name: "web",
      server_type: "cx23",
      image: "debian-13",
    });
    expect(action).toEqual({
      id: expect.any(Number),
      command: "create_server",
      status: "running",
      progress: 0,
      started: "2026-11-02T12:00:00+00:00",
      finished: null,
      resources: [{ id: expect.any(Number), type: "server" }],
      error: null,
    });
    await cloud.clock.pass(1_000);
    expect((await cloud.get(`/actions/${action.id}`)).body.action).toEqual({
      ...action,
      status: "success",
      progress: 100,
      finished: "2026-11-02T12:00:01+00:00",
    });
  });

  it("asks for several by id, with the parameters of the Go client", async () => {
    const { id } = await cloud.server();
    await cloud.clock.pass(150);
    const one = (await cloud.made(`/servers/${id}/actions/enable_backup`)).action.id;
    await cloud.clock.pass(150);
    const two = (await cloud.made(`/servers/${id}/actions/disable_backup`)).action.id;
    const query = `id=${two}&id=${one}&page=1&sort=status&sort=id`;
    const { body } = await cloud.get(`/actions?${query}`);
    expect(body.actions).toMatchObject([
      { id: two, status: "running" },
      { id: one, status: "success" },
    ]);
    expect(body.meta.pagination).toMatchObject({ total_entries: 2, next_page: null });
    expect(await cloud.ids(`/actions?${query}&status=running`)).toEqual([two]);
  });

  it("without an id is refused", async () => {
    expect(await cloud.get("/actions")).toMatchObject(
      refused(422, "invalid_input", { id: /required/ }),
    );
  });

  it("of an unknown one is not found", async () => {
    expect(await cloud.get("/actions/1")).toMatchObject(refused(404, "not_found"));
  });
});

describe("actions of a family and of a thing", () => {
  it("are listed and read", async () => {
    const [a, b] = [await cloud.server(), await cloud.server()];
    const commands = async (path: string) =>
      (await cloud.get(path)).body.actions.map(({ command }: { command: string }) => command);
    expect(await commands(`/servers/${a.id}/actions`)).toEqual(["create_server", "start_server"]);
    expect(await commands("/servers/actions")).toHaveLength(4);
    expect(await commands("/networks/actions")).toEqual([]);
    const [first] = (await cloud.get(`/servers/${b.id}/actions`)).body.actions;
    expect((await cloud.get(`/servers/actions/${first.id}`)).body.action).toEqual(first);
    expect((await cloud.get(`/servers/${b.id}/actions/${first.id}`)).body.action).toEqual(first);
    expect(await cloud.get(`/servers/${a.id}/actions/${first.id}`)).toMatchObject(
      refused(404, "not_found"),
    );
  });
});
