import { describe, expect, it } from "vitest";
import { examine } from "../../doctor/examine";
import { fails } from "../../doctor/finding";
import { useStackFile } from "../support/stack-file";
import { callsTo, found, subject, TestCloud, up } from "./support/examined";

const file = useStackFile();

const kinds = ["servers", "floating_ips", "volumes", "ssh_keys", "networks", "firewalls"] as const;

describe("the examination of a stack before its first up", () => {
  it("finds nothing against a project that has all it wants, and makes nothing", async () => {
    const cloud = new TestCloud();
    const findings = await examine(subject(cloud, file.read()));
    expect(findings.map(({ check, level }) => [check, level])).toEqual([
      ["tools", "ok"],
      ["stack file", "ok"],
      ["token", "ok"],
      ["stock", "ok"],
      ["quota", "note"],
      ["deprecations", "ok"],
      ["prices", "ok"],
      ["names", "ok"],
      ["admin.cidrs", "ok"],
      ["backups", "ok"],
      // A store without versions is an SFTP server, whose key may delete.
      ["backups", "note"],
    ]);
    expect(fails(findings)).toBe(false);
    expect(kinds.map((kind) => cloud.cloud.store.all(kind).length)).toEqual(kinds.map(() => 0));
  });

  it("tells all at once", async () => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "sold-out", serverType: "cpx12", location: "nbg1" });
    cloud.cloud.offer.add(2, { fault: "read-only" });
    const findings = await examine(
      subject(cloud, file.read(), {
        limits: { servers: 8 },
        ownAddress: async () => ({ address: "198.18.9.9", isCertain: true }),
      }),
    );
    expect(findings.filter(({ level }) => level === "failure").map(({ check }) => check)).toEqual([
      ...["token", "stock", "quota", "admin.cidrs"],
    ]);
  });

  it("says what was not looked at while the stack file is wrong", async () => {
    const whole = subject(new TestCloud(), file.read());
    const { name, hidden, cidrs } = whole.stackFile;
    const broken = { name, hidden, cidrs, problems: ["a must b, got c; set d"] };
    const examined = { ...whole, stackFile: broken };
    expect(await found(examined, "stack file")).toEqual([
      { level: "failure", text: "a must b, got c", fix: "set d" },
    ]);
    expect(await found(examined, "the rest")).toEqual([
      {
        level: "note",
        text: "stock, quota, deprecations, prices and names were not looked at until the stack file is right",
      },
    ]);
    expect(await found(examined, "token")).toHaveLength(1);
  });
});

describe("a fault of the provider", () => {
  it("sold out: names the servers, a type that can be had, and other places", async () => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "sold-out", serverType: "cpx22", location: "nbg1" });
    const findings = await found(subject(cloud, file.read()), "stock");
    expect(findings).toEqual([
      {
        level: "failure",
        text: "cpx22 is sold out in nbg1 (app-1, app-2, db-1, db-2, db-3)",
        fix: "set webstack:app.serverType and webstack:db.serverType to for example cx33, or webstack:locations to some of fsn1, hel1, or try again later",
      },
    ]);
    const refused = await cloud.post("/servers", {
      ...{ name: "app-1", server_type: "cpx22", image: "ubuntu-26.04", location: "nbg1" },
    });
    expect(refused.body.error.code).toBe("resource_unavailable");
  });

  it("sold out: says nothing of servers that are there", async () => {
    const cloud = new TestCloud();
    await up(cloud, file.read());
    cloud.cloud.offer.add(1, { fault: "sold-out", serverType: "cpx22" });
    expect(await found(subject(cloud, file.read()), "stock")).toEqual([
      { level: "ok", text: "all servers are there already" },
    ]);
    const grown = file.read({ "webstack:app": { count: 3 } });
    const [third] = await found(subject(cloud, grown), "stock");
    expect(third!.text).toBe("cpx22 is sold out in nbg1 (app-3)");
  });

  it("quota: compares the number that the Console shows, which the API then holds to", async () => {
    const cloud = new TestCloud();
    const limit = { fault: "quota", kind: "servers", limit: 8 } as const;
    cloud.cloud.offer.add(1, limit);
    const settings = file.read();
    expect(await found(subject(cloud, settings, { limits: { servers: 8 } }), "quota")).toEqual([
      {
        level: "failure",
        text: "9 servers more are wanted, 0 are there, and the limit is 8",
        fix: "ask for more in the Console under Limits, or delete what nobody needs",
      },
      expect.objectContaining({ level: "note" }),
    ]);
    await expect(up(cloud, settings)).rejects.toThrow();
    expect(cloud.cloud.store.all("servers")).toHaveLength(8);
  });

  it("quota: says how much will be asked for where nobody knows the limit", async () => {
    const cloud = new TestCloud();
    expect(await found(subject(cloud, file.read()), "quota")).toEqual([
      {
        level: "note",
        text: "9 servers, 2 floating IPs more will be asked for; the API does not tell how many an account may have",
        fix: "look in the Console under Limits, and compare with: npm run doctor -- --limit servers=<number> --limit floating_ips=<number>",
      },
    ]);
    const limits = { servers: 9, floating_ips: 2 };
    const fitting = await found(subject(cloud, file.read(), { limits }), "quota");
    expect(fitting).toEqual([{ level: "ok", text: "all that is wanted fits into the limits" }]);
    await up(cloud, file.read());
    expect(await found(subject(cloud, file.read()), "quota")).toEqual([
      { level: "ok", text: "all that is limited is there already" },
    ]);
  });

  it.each([
    ["2026-12-01", "warning"],
    ["2026-11-01", "failure"],
  ] as const)("deprecated, to be had until %s: a %s with both dates", async (end, level) => {
    const cloud = new TestCloud();
    const fault = { fault: "deprecated", serverType: "cpx12", announced: "2026-10-01" } as const;
    cloud.cloud.offer.add(1, { ...fault, unavailableAfter: end });
    const [first] = await found(subject(cloud, file.read()), "deprecations");
    expect(first).toMatchObject({
      level,
      text: `cpx12 in nbg1 (lb-1, lb-2, web-1, web-2) is deprecated since 2026-10-01; no new servers after ${end}`,
    });
    expect(first!.fix).toMatch(
      /^set webstack:loadBalancers.serverType and webstack:web.serverType/,
    );
  });

  it("price change: sums what the API says now", async () => {
    const cloud = new TestCloud();
    const examined = subject(cloud, file.read());
    // 4 × 11.49 + 5 × 19.49 + 9 × 0.50 + 3 + 1
    const before =
      "151.91 EUR a month, 180.77 with VAT: 4 × cpx12 in nbg1 45.96, 5 × cpx22 in nbg1 97.45, 9 × primary IPv4 in nbg1 4.50, 1 × floating IPv4 3.00, 1 × floating IPv6 1.00";
    expect(await found(examined, "prices")).toEqual([{ level: "ok", text: before }]);
    cloud.cloud.offer.add(1, { fault: "price", item: "cpx22", net: 29.49 });
    const [after] = await found(examined, "prices");
    expect(after!.text).toMatch(/^201\.91 EUR a month/);
  });

  it("price: a node without a public address costs no primary IPv4", async () => {
    const settings = file.read();
    const network = { ...settings.network, publicAddresses: "edge" as const };
    const [one] = await found(subject(new TestCloud(), { ...settings, network }), "prices");
    expect(one!.text).toMatch(/^148\.41 EUR a month.* 2 × primary IPv4 in nbg1 1\.00,/);
  });

  it("token: one that may only read", async () => {
    const cloud = new TestCloud();
    cloud.cloud.offer.add(1, { fault: "read-only" });
    const examined = subject(cloud, file.read());
    expect(await found(examined, "token")).toEqual([
      {
        level: "failure",
        text: "hcloud:token may only read",
        fix: "make one with read and write access in the Console under Security → API tokens, and store it: pulumi config set --secret hcloud:token",
      },
    ]);
    expect((await found(examined, "prices"))[0]!.level).toBe("ok");
  });

  it("token: one that nobody knows, and an API that does not answer", async () => {
    const cloud = new TestCloud();
    const unknown = { setting: "hcloud:token", call: callsTo(cloud, "c".repeat(64)) };
    const [refused] = await found(subject(cloud, file.read(), { tokens: [unknown] }), "token");
    expect(refused!.text).toBe("hcloud:token is refused by the API: unable to authenticate");
    const call = () =>
      Promise.reject(new Error("fetch failed", { cause: new Error("ECONNREFUSED") }));
    const silent = subject(cloud, file.read(), { tokens: [{ setting: "hcloud:token", call }] });
    const [none] = await found(silent, "token");
    expect(none!.text).toBe("the API does not answer: ECONNREFUSED");
    expect(await found(silent, "the rest")).toHaveLength(1);
  });

  it("names: servers of another stack in the same project", async () => {
    const cloud = new TestCloud();
    await cloud.server({ name: "db-1", labels: { project: "webstack", stack: "other" } });
    const [taken] = await found(subject(cloud, file.read()), "names taken");
    expect(taken!.text).toBe("the project has servers of somebody else named db-1");
  });
});
