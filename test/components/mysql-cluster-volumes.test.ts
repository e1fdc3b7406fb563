import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { buildCluster } from "./mysql-cluster-build";
import { writtenFiles } from "../support/first-boot";
import { mockId, named, valueOf } from "../support/record";
import { serverSettings } from "../support/tier-args";

describe("volumes of the databases", () => {
  it("gives every node a volume in its location, and attaches it to its server", async () => {
    const { children } = await buildCluster({
      volumeGb: 40,
      server: serverSettings({ protect: true }),
    });
    const direct = children.filter(({ parent, name }) => parent === "db" && /volume/.test(name));
    expect(direct.map(({ type, name }) => [type, name])).toEqual(
      ["db-1", "db-2", "db-3"].flatMap((node) => [
        ["hcloud:index/volume:Volume", `${node}-volume`],
        ["hcloud:index/volumeAttachment:VolumeAttachment", `${node}-volume-attachment`],
      ]),
    );
    const volume = named(children, "db-2-volume");
    expect(volume.inputs).toEqual({
      name: "webstack-test-db-2",
      size: 40,
      location: "fsn1",
      format: "ext4",
      labels: { project: "webstack", stack: "test", role: "db", node: "db-2" },
      deleteProtection: true,
    });
    expect(volume.protect).toBe(true);
    const attachment = named(children, "db-2-volume-attachment");
    expect(attachment.inputs).toEqual({
      volumeId: mockId("db-2-volume"),
      serverId: mockId("db-2-vm"),
      automount: false,
    });
    expect(attachment).toMatchObject({ deleteBeforeReplace: true, protect: false });
  });

  it("makes the server where the record has the volume, and the volume where the server is", async () => {
    const server = serverSettings({ locationOf: ({ name }) => (name === "db-2" ? "hel1" : "sin") });
    const { children } = await buildCluster({ volumeGb: 40, server });
    expect(named(children, "db-2-vm").inputs.location).toBe("hel1");
    expect(named(children, "db-2-volume").inputs.location).toBe("hel1");
    expect(named(children, "db-2-vm").ignoreChanges).toContain("location");
  });

  it("moves no volume but one that may", async () => {
    const { children } = await buildCluster({
      volumeGb: 40,
      volumeMayMove: (node) => node === "db-2",
    });
    const ignored = (node: string) => named(children, `${node}-volume`).ignoreChanges;
    expect([ignored("db-1"), ignored("db-2")]).toEqual([["location"], []]);
  });

  it("warns of a server whose successor would be away from the volume", async () => {
    const warned = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    await buildCluster({ volumeGb: 40 });
    expect(warned).not.toHaveBeenCalled();
    const asked = new Map<string, number>();
    // The first answer is the server's location, the second one the place of the next server.
    const locationOf = ({ name }: { name: string }) => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      return asked.get(name) === 1 || name !== "db-2" ? "nbg1" : "hel1";
    };
    await buildCluster({ volumeGb: 40, server: serverSettings({ locationOf }) });
    expect(warned.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^db-2 and its volume are in nbg1, and its next server .* in hel1, /),
    ]);
    warned.mockRestore();
  });

  it("lets volumes be deleted where nothing is protected", async () => {
    const { children } = await buildCluster({ volumeGb: 10 });
    const { inputs, protect } = named(children, "db-1-volume");
    expect([inputs.deleteProtection, protect]).toEqual([false, false]);
  });

  it("tells a node its volume with the first configuration, and keeps MySQL off until then", async () => {
    const { cluster, children } = await buildCluster({ volumeGb: 40 });
    const { files } = await valueOf(cluster.hosts[1]!.bundle);
    expect(files["/etc/webstack/volume-id"]!.content).toBe(`${mockId("db-2-volume")}\n`);
    expect(files["/etc/webstack/volume-size-gb"]!.content).toBe("40\n");
    const written = writtenFiles(String(named(children, "db-2-vm").inputs.userData));
    const { files: first, services } = JSON.parse(written["/var/lib/webstack/bundle.json"]!) as {
      files: object;
      services: { unit: string; needs: string[] }[];
    };
    expect(Object.keys(first)).not.toContain("/etc/webstack/volume-id");
    expect(services.find(({ unit }) => unit === "mysql.service")!.needs).toContain(
      "/etc/webstack/volume-id",
    );
  });
});
