import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hcloud, Shown } from "./hcloud-command";
import type { MemoryCloud } from "../../scripts/hostless/memory-cloud";
import type { Step } from "./story";

/** A public key as `ssh-keygen -t ed25519` makes it. */
const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody\n";

/** What is read only: kind, and a name that `describe` finds. */
const catalogue = [
  ["location", "hel1"],
  ["datacenter", "fsn1-dc14"],
  ["server-type", "cx23"],
  ["image", "debian-12"],
  ["iso", "8637"],
  ["load-balancer-type", "lb11"],
] as const;

/** What can be made: kind, and what `create` needs besides the name. */
const families = (keyFile: string) =>
  [
    ["ssh-key", `--public-key-from-file ${keyFile}`],
    ["network", "--ip-range 10.0.0.0/16"],
    ["placement-group", "--type spread"],
    ["firewall", ""],
    ["volume", "--size 10 --location fsn1"],
    ["floating-ip", "--type ipv4 --home-location fsn1"],
    ["primary-ip", "--type ipv4 --datacenter fsn1-dc14"],
    ["server", "--type cx23 --image debian-12 --location fsn1"],
  ] as const;

/** The whole life of one thing: made, listed, described, renamed, labelled, found, deleted. */
async function live(hcloud: Hcloud, kind: string, flags: string): Promise<void> {
  await hcloud.run(`${kind} create --name first ${flags}`);
  const { id } = await hcloud.describe(kind, "first");
  assert.deepEqual(
    (await hcloud.list(kind)).map((item) => item.id).filter((other) => other === id),
    [id],
  );
  await hcloud.run(`${kind} update first --name second`);
  assert.equal((await hcloud.describe(kind, String(id))).name, "second");
  // The command of this release cannot label primary IPs.
  if (kind !== "primary-ip") {
    await hcloud.run(`${kind} add-label second role=client`);
    const found = await hcloud.list(kind, "-l role=client");
    assert.deepEqual(
      found.map(({ name, labels }) => [name, labels]),
      [["second", { role: "client" }]],
    );
    await hcloud.run(`${kind} remove-label second role`);
    assert.deepEqual(await hcloud.list(kind, "-l role=client"), []);
  }
  await hcloud.delete(kind, "second");
  assert.ok((await hcloud.list(kind)).every((item) => item.id !== id));
}

async function networkOf(hcloud: Hcloud, server: string): Promise<Shown[]> {
  return (await hcloud.describe("server", server)).private_net as Shown[];
}

async function networks(hcloud: Hcloud): Promise<void> {
  await hcloud.run("network create --name private --ip-range 10.0.0.0/16");
  const zone = "--type cloud --network-zone eu-central";
  await hcloud.run(`network add-subnet private ${zone} --ip-range 10.0.1.0/24`);
  await hcloud.run("network add-route private --destination 0.0.0.0/0 --gateway 10.0.1.2");
  const network = await hcloud.describe("network", "private");
  assert.deepEqual(network.routes, [{ destination: "0.0.0.0/0", gateway: "10.0.1.2" }]);
  assert.equal((network.subnets as { gateway: string }[])[0]?.gateway, "10.0.0.1");
  await hcloud.run("server attach-to-network web --network private --ip 10.0.1.5");
  await hcloud.run("server change-alias-ips web --network private --alias-ips 10.0.1.6");
  const [nic] = await networkOf(hcloud, "web");
  assert.deepEqual([nic?.ip, nic?.alias_ips], ["10.0.1.5", ["10.0.1.6"]]);
  await hcloud.refuses(
    "network remove-subnet private --ip-range 10.0.1.0/24",
    /attached resources/,
  );
  await hcloud.run("server detach-from-network web --network private");
  assert.deepEqual(await networkOf(hcloud, "web"), []);
  await hcloud.run("network remove-route private --destination 0.0.0.0/0 --gateway 10.0.1.2");
  await hcloud.run("network change-ip-range private --ip-range 10.0.0.0/12");
  await hcloud.run("network enable-protection private delete");
  await hcloud.refuses("network delete private", /network is delete protected \(protected/);
  await hcloud.run("network disable-protection private delete");
  await hcloud.delete("network", "private");
}

async function firewalls(hcloud: Hcloud): Promise<void> {
  await hcloud.run("firewall create --name web");
  const rule = "--direction in --protocol tcp --port 80 --source-ips 0.0.0.0/0";
  await hcloud.run(`firewall add-rule web ${rule} --source-ips ::/0`);
  await hcloud.run("firewall apply-to-resource web --type server --server web");
  const { rules, applied_to: targets } = await hcloud.describe("firewall", "web");
  assert.equal((rules as { port: string }[])[0]?.port, "80");
  assert.equal((targets as unknown[]).length, 1);
  await hcloud.refuses("firewall delete web", /firewall with ID \d+ is still in use/);
  await hcloud.run("firewall remove-from-resource web --type server --server web");
  await hcloud.delete("firewall", "web");
}

async function addresses(hcloud: Hcloud): Promise<void> {
  await hcloud.run("floating-ip create --name front --type ipv4 --home-location hel1");
  await hcloud.run("floating-ip assign front web");
  const server = await hcloud.describe("server", "web");
  const { id, ip } = await hcloud.describe("floating-ip", "front");
  assert.deepEqual((server.public_net as { floating_ips: number[] }).floating_ips, [id]);
  await hcloud.run(`floating-ip set-rdns front --ip ${String(ip)} --hostname lb.example.com`);
  const { dns_ptr: names } = await hcloud.describe("floating-ip", "front");
  assert.deepEqual(names, [{ ip, dns_ptr: "lb.example.com" }]);
  await hcloud.run("floating-ip unassign front");
  await hcloud.delete("floating-ip", "front");
}

async function volumes(hcloud: Hcloud): Promise<void> {
  await hcloud.run("volume create --name data --size 10 --server web --format ext4 --automount");
  const { id } = await hcloud.describe("volume", "data");
  assert.deepEqual((await hcloud.describe("server", "web")).volumes, [id]);
  await hcloud.run("volume resize data --size 20");
  assert.equal((await hcloud.describe("volume", "data")).size, 20);
  await hcloud.run("volume detach data");
  await hcloud.run("volume attach data --server web");
  await hcloud.run("volume detach data");
  await hcloud.delete("volume", "data");
}

async function serverActions(hcloud: Hcloud): Promise<void> {
  const status = async () => (await hcloud.describe("server", "web")).status;
  await hcloud.run("server reboot web");
  await hcloud.run("server reset web");
  await hcloud.run("server enable-backup web");
  await hcloud.run("server disable-backup web");
  await hcloud.run("server poweroff web");
  assert.equal(await status(), "off");
  await hcloud.run("placement-group create --name apart --type spread");
  await hcloud.run("server add-to-placement-group web --placement-group apart");
  await hcloud.run("server remove-from-placement-group web");
  await hcloud.run("server change-type web cx33 --keep-disk");
  assert.equal(await status(), "running");
  await hcloud.run("server rebuild web --image ubuntu-24.04");
  await hcloud.run("server enable-protection web delete rebuild");
  await hcloud.refuses("server delete web", /server is delete protected/);
  await hcloud.run("server disable-protection web delete rebuild");
  await hcloud.refuses("server create --name web --type cx23 --image debian-12", /already used/);
  await hcloud.refuses("server enable-rescue web", /does not emulate .*unsupported_error/);
}

/** What the `hcloud` command does with every kind of thing. */
export function hcloudSteps(hcloud: Hcloud, cloud: () => MemoryCloud): Step[] {
  const makeServer = "server create --name web --type cx23 --image debian-12 --location hel1";
  return [
    {
      title: "hcloud lists and describes everything that can be ordered",
      run: async () => {
        for (const [kind, name] of catalogue) {
          const { id } = await hcloud.describe(kind, name);
          const listed = await hcloud.list(kind);
          assert.ok(
            listed.some((item) => item.id === id),
            `${kind} ${name} is not listed`,
          );
        }
      },
    },
    {
      title: "hcloud makes, lists, describes, renames, labels and deletes every kind of thing",
      run: async () => {
        const keyFile = join(cloud().folder, "key.pub");
        writeFileSync(keyFile, publicKey);
        for (const [kind, flags] of families(keyFile)) await live(hcloud, kind, flags);
      },
    },
    { title: "hcloud makes a server", run: async () => void (await hcloud.run(makeServer)) },
    { title: "hcloud changes networks", run: () => networks(hcloud) },
    { title: "hcloud changes firewalls", run: () => firewalls(hcloud) },
    { title: "hcloud moves addresses", run: () => addresses(hcloud) },
    { title: "hcloud moves volumes", run: () => volumes(hcloud) },
    { title: "hcloud works on a server", run: () => serverActions(hcloud) },
    {
      title: "hcloud deletes the server, and its addresses are gone",
      run: async () => {
        await hcloud.delete("server", "web");
        await hcloud.delete("placement-group", "apart");
        assert.deepEqual(await hcloud.list("server"), []);
        assert.deepEqual(await hcloud.list("primary-ip"), []);
      },
    },
  ];
}
