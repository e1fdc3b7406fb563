import { describe, expect, it } from "vitest";
import { frontOf, isKnown, isSentTo, problemsOf, serversIn } from "../../rolling/neighbours";
import { FakeHosts } from "./support/fake-hosts";

const everybody = () => true;

describe("the servers of an HAProxy", () => {
  const csv = [
    "# pxname,svname,qcur,status,weight",
    "requests,FRONTEND,0,OPEN,",
    "app,app-1,0,UP,1",
    "app,app-2,0,UP 1/2,1",
    "app,app-3,0,NOLB,1",
    "app,app-4,0,DOWN 1/2,1",
    "app,BACKEND,0,UP,4",
    "any,app-2,0,no check,1",
  ].join("\n");

  it("are up if work is sent to them, without those of other proxies", () => {
    expect([...serversIn(csv, ["app"])]).toEqual([
      ["app-1", true],
      ["app-2", false],
      ["app-3", false],
      ["app-4", false],
    ]);
  });

  it("are up if one of two proxies sends work to them", () => {
    const both = [
      "pxname,svname,status",
      "primary,db-1,UP",
      "primary,db-2,DOWN",
      "primary,db-3,DOWN",
      "replicas,db-1,DOWN",
      "replicas,db-2,UP",
      "replicas,db-3,DOWN",
    ].join("\n");
    expect([...serversIn(both, ["primary", "replicas"])]).toEqual([
      ["db-1", true],
      ["db-2", true],
      ["db-3", false],
    ]);
  });
});

describe("the servers of the proxy to the databases", () => {
  it("are those in use: a slot without a node is disabled, and a node that leaves is drained", () => {
    const csv = [
      "pxname,svname,status",
      ...["primary,db-1,UP", "primary,db-2,DOWN", "primary,db-3,MAINT", "primary,db-4,MAINT"],
      ...["replicas,db-1,DOWN", "replicas,db-2,UP", "replicas,db-3,DRAIN", "replicas,db-4,MAINT"],
    ].join("\n");
    expect([...serversIn(csv, ["primary", "replicas"])]).toEqual([
      ["db-1", true],
      ["db-2", true],
    ]);
    const web = "pxname,svname,status\nweb,web-1,MAINT";
    expect([...serversIn(web, ["web"])]).toEqual([["web-1", false]]);
  });
});

describe("problems of nodes", () => {
  it("are none in a whole stack", async () => {
    const hosts = new FakeHosts();
    for (const role of ["lb", "web", "app", "db"] as const) {
      const front = await frontOf(hosts, role);
      expect(await problemsOf(hosts, role, front, everybody), role).toEqual([]);
    }
  });

  it("are what each node in front says, which are those that get work themselves", async () => {
    const hosts = new FakeHosts({ unknown: ["web-2"], down: ["app-2"] });
    const front = await frontOf(hosts, "app");
    expect(front).toEqual(["web-1"]);
    expect(await problemsOf(hosts, "app", front, everybody)).toEqual([
      "web-1 sends nothing to app-2",
    ]);
    expect(await problemsOf(hosts, "app", front, (name) => name !== "app-2")).toEqual([]);
  });

  it("are that a node in front does not say how it sees them", async () => {
    const hosts = new FakeHosts();
    const front = await frontOf(hosts, "web");
    hosts.silence("lb-2");
    expect(await problemsOf(hosts, "web", front, everybody)).toEqual([
      "lb-2 does not say how it sees the web nodes",
    ]);
  });

  it("do not count nodes that nobody in front knows yet", async () => {
    const hosts = new FakeHosts({ unknown: ["db-3"] });
    hosts.silence("db-3");
    const front = await frontOf(hosts, "db");
    expect(await problemsOf(hosts, "db", front, everybody)).toEqual([]);
    expect(await isKnown(hosts, hosts.node("db-3"), front)).toBe(false);
    expect(await isKnown(hosts, hosts.node("db-2"), front)).toBe(true);
  });

  it("of databases are those of the group too", async () => {
    const hosts = new FakeHosts();
    hosts.member("db-2", "RECOVERING");
    hosts.member("db-3", "ONLINE", { majority: false });
    const front = await frontOf(hosts, "db");
    expect(await problemsOf(hosts, "db", front, everybody)).toEqual([
      "MySQL of db-2 is RECOVERING",
      "db-3 is without a majority",
    ]);
    hosts.silence("db-1");
    expect(await problemsOf(hosts, "db", front, (name) => name === "db-1")).toEqual([
      "app-1 sends nothing to db-1",
      "app-2 sends nothing to db-1",
      "the supervisor of db-1 does not answer",
    ]);
  });

  it("of databases are a primary that takes no writes too", async () => {
    const hosts = new FakeHosts();
    hosts.member("db-1", "ONLINE", { servesWrites: false, noWrites: "1 of 3 nodes confirm it" });
    hosts.member("db-2", "ONLINE", { servesWrites: false, noWrites: "" });
    const front = await frontOf(hosts, "db");
    expect(await problemsOf(hosts, "db", front, everybody)).toEqual([
      "the primary db-1 takes no writes: 1 of 3 nodes confirm it",
    ]);
    expect(await problemsOf(hosts, "db", front, (name) => name !== "db-1")).toEqual([]);
  });

  it("of load balancers are those of the pair", async () => {
    const hosts = new FakeHosts();
    hosts.edge("lb-2", { vrrp: "MASTER" });
    expect(await problemsOf(hosts, "lb", [], everybody)).toEqual([
      "both load balancers are master",
    ]);
    hosts.edge("lb-1", { vrrp: "BACKUP", holds: false });
    hosts.edge("lb-2", { vrrp: "FAULT" }, false);
    expect(await problemsOf(hosts, "lb", [], (name) => name === "lb-2")).toEqual([
      "HAProxy of lb-2 is not healthy",
      "no load balancer has the address",
    ]);
    hosts.silence("lb-2");
    expect(await problemsOf(hosts, "lb", [], (name) => name === "lb-2")).toContain(
      "lb-2 does not answer",
    );
  });

  const later = new Date(Date.now() + 86_400_000).toISOString();
  const past = new Date(Date.now() - 1_000).toISOString();
  const problemsWith = async (first: object, second: object) => {
    const hosts = new FakeHosts();
    hosts.certificates("lb-1", first as Record<string, string>);
    hosts.certificates("lb-2", second as Record<string, string>);
    return problemsOf(hosts, "lb", [], everybody);
  };

  it.each([
    ["none", { "a.example": undefined }],
    ["none, not even a line,", {}],
    ["an expired one", { "a.example": past }],
  ])("of load balancers are certificates of the other one: %s here", async (_, second) => {
    const [problem, ...more] = await problemsWith({ "a.example": later }, second);
    expect(problem).toMatch(
      /^lb-2 has no valid certificate for a\.example, another load balancer has/,
    );
    expect(more).toEqual([]);
  });

  it("of load balancers are no certificates that neither has, or that both have", async () => {
    const ends = { "a.example": later, "b.example": undefined, "c.example": past };
    expect(await problemsWith(ends, { ...ends, "b.example": past })).toEqual([]);
  });
});

describe("requests for a node", () => {
  it("are sent by a node in front, or nobody is in front", async () => {
    const hosts = new FakeHosts({ down: ["db-1"] });
    expect(await isSentTo(hosts, hosts.node("db-1"))).toBe(false);
    expect(await isSentTo(hosts, hosts.node("db-2"))).toBe(true);
    const alone = new FakeHosts({ unknown: ["app-1", "app-2"] });
    expect(await isSentTo(alone, alone.node("db-1"))).toBe(true);
  });
});
