import { describe, expect, it } from "vitest";
import { Server, type ServerArgs } from "../../components/server";
import { mockId, record, valueOf } from "../support/record";

/** Valid arguments; a test overrides only what it is about. */
function serverArgs(overrides: Partial<ServerArgs> = {}): ServerArgs {
  return {
    identity: { project: "webstack", stack: "test" },
    node: {
      name: "web-1",
      role: "web",
      number: 1,
      privateIp: "10.0.2.11",
      location: "nbg1",
      placementGroup: "web-1",
    },
    serverType: "cpx22",
    image: "ubuntu-26.04",
    sshKeyIds: ["5"],
    firewallId: 6,
    subnetId: "7-10.0.2.0/24",
    placementGroupId: 8,
    userData: "#cloud-config\n",
    protect: false,
    ...overrides,
  };
}

describe("Server", () => {
  it("creates one machine and attaches it to the network at the planned address", async () => {
    const [component, nic, vm, ...rest] = await record(
      () => void new Server("web-1", serverArgs()),
    );
    expect(component).toMatchObject({ type: "webstack:index:Server", name: "web-1", inputs: {} });
    expect(vm).toMatchObject({
      type: "hcloud:index/server:Server",
      name: "web-1-vm",
      parent: "web-1",
    });
    expect(vm!.inputs).toEqual({
      name: "web-1",
      serverType: "cpx22",
      keepDisk: true,
      location: "nbg1",
      image: "ubuntu-26.04",
      sshKeys: ["5"],
      firewallIds: [6],
      placementGroupId: 8,
      userData: "#cloud-config\n",
      labels: { project: "webstack", stack: "test", role: "web", node: "web-1" },
      deleteProtection: false,
      rebuildProtection: false,
    });
    expect(nic).toMatchObject({
      type: "hcloud:index/serverNetwork:ServerNetwork",
      name: "web-1-nic",
      parent: "web-1",
    });
    expect(nic!.inputs).toEqual({
      serverId: mockId("web-1-vm"),
      subnetId: "7-10.0.2.0/24",
      ip: "10.0.2.11",
      aliasIps: [],
    });
    expect(rest).toEqual([]);
  });

  it("is never replaced by an edit of what only a first boot reads", async () => {
    const [, nic, vm] = await record(() => void new Server("web-1", serverArgs()));
    expect(vm!.ignoreChanges).toEqual(["userData", "image", "sshKeys", "location"]);
    expect(nic!.ignoreChanges).toEqual([]);
  });

  it.each([true, false])("is protected as the stack is: %s", async (protect) => {
    const [, nic, vm] = await record(() => void new Server("web-1", serverArgs({ protect })));
    expect(vm!.protect).toBe(protect);
    expect(vm!.inputs).toMatchObject({ deleteProtection: protect, rebuildProtection: protect });
    expect(nic!.protect).toBe(false);
  });

  it("exposes the id and the public address that the cloud chose", async () => {
    let server!: Server;
    await record(() => {
      server = new Server("web-1", serverArgs());
    });
    expect(await valueOf(server.serverId)).toBe(mockId("web-1-vm"));
    expect(await valueOf(server.publicIp)).toBe("203.0.113.31");
  });

  it("refuses an address with a prefix length", async () => {
    const { node } = serverArgs();
    const args = serverArgs({ node: { ...node, privateIp: "10.0.2.11/24" } });
    await record(() => {
      expect(() => new Server("web-1", args)).toThrow(
        'node.privateIp must be an IPv4 address such as 10.0.2.11, got "10.0.2.11/24"; leave out the prefix',
      );
    });
  });
});
