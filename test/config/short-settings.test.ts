import { describe, expect, it } from "vitest";
import {
  adminBlocks,
  projectProblems,
  shortSettings,
  sizes,
  spelledOut,
} from "../../config/short-settings";
import { useStackFile } from "../support/stack-file";

const { read } = useStackFile();
/** Settings of a stack file with an address and without a group `admin`. */
const short = (more: Record<string, unknown>) =>
  read({ "webstack:admin": null, "webstack:adminCidr": "5.75.1.7", ...more });

describe("webstack:size", () => {
  it.each(Object.entries(sizes))("%s decides locations, servers and volumes", (size, profile) => {
    const { locations, loadBalancers, web, app, db } = short({ "webstack:size": size });
    expect({ locations, loadBalancers, web, app, db }).toMatchObject(profile);
  });

  it("leaves what the stack file sets itself, beside the rest of the profile", () => {
    const own = short({
      "webstack:size": "large",
      "webstack:locations": ["hel1"],
      "webstack:db": { nodes: 7, bufferPoolMib: 1024 },
      "webstack:web": { headers: { "X-Frame-Options": "DENY" } },
    });
    expect(own.locations).toEqual(["hel1"]);
    expect(own.db).toMatchObject({
      ...{ nodes: 7, bufferPoolMib: 1024 },
      ...{ serverType: "ccx13", volumeGb: 100 },
    });
    expect(own.web).toMatchObject({ count: 3, serverType: "cpx22" });
  });

  it("decides nothing where it is absent", () => {
    expect(short({})).toMatchObject({ locations: ["nbg1"], db: { nodes: 3, serverType: "cpx22" } });
    expect(short({}).db).not.toHaveProperty("volumeGb");
  });

  it("takes a location where its types are not sold together with types of the stack file's own", () => {
    const own = short({
      "webstack:size": "small",
      "webstack:locations": ["ash"],
      "webstack:loadBalancers": { serverType: "cpx11" },
      "webstack:web": { serverType: "cpx11" },
      "webstack:app": { serverType: "cpx21" },
      "webstack:db": { serverType: "cpx21" },
    });
    expect(own.web).toMatchObject({ count: 2, serverType: "cpx11" });
  });
});

describe("webstack:adminCidr", () => {
  it.each([
    ["5.75.1.7", "5.75.1.7/32"],
    ["5.75.1.7/32", "5.75.1.7/32"],
    ["5.75.0.0/16", "5.75.0.0/16"],
    ["5.0.0.0/8", "5.0.0.0/8"],
  ])("%s is the only block of admin.cidrs: %s", (address, block) => {
    const { admin } = short({ "webstack:adminCidr": address });
    expect(admin).toEqual({ user: "webstack", sshKeys: [], deployKeyVersion: 1, cidrs: [block] });
  });

  it("stands beside the group's other settings", () => {
    const { admin } = short({ "webstack:admin": { user: "ops" } });
    expect(admin).toMatchObject({ user: "ops", cidrs: ["5.75.1.7/32"] });
  });

  it("gives no block to look at if it is not valid, nor if the group has its own", () => {
    expect(adminBlocks({ adminCidr: "192.0.2.7" })).toBeUndefined();
    expect(adminBlocks({ adminCidr: 5 })).toBeUndefined();
    const admin = { cidrs: ["5.75.1.0/24"] };
    expect(adminBlocks({ adminCidr: "5.75.1.7", admin })).toEqual(["5.75.1.0/24"]);
  });
});

describe("webstack:domains as a text", () => {
  it.each([
    ["www.example.com", ["www.example.com"]],
    [" www.example.com , example.com", ["www.example.com", "example.com"]],
    ["www.example.com example.com", ["www.example.com", "example.com"]],
  ])("%j is the list %j", (text, names) => {
    const { edgeTls } = short({ "webstack:domains": text });
    expect(edgeTls).toEqual(short({ "webstack:domains": names }).edgeTls);
    expect(edgeTls).toMatchObject({ mode: "acme", domains: names });
  });

  it.each(["", "  "])("%j is none", (text) => {
    expect(short({ "webstack:domains": text }).edgeTls).toEqual(short({}).edgeTls);
  });
});

it("has no short setting that the program itself still reads", () => {
  const file = { adminCidr: "5.75.1.7", size: "small", domains: "a.example.com" };
  expect(spelledOut(file)).toMatchObject({ domains: ["a.example.com"], db: { nodes: 3 } });
  for (const name of Object.keys(shortSettings)) expect(short({})).not.toHaveProperty(name);
});

describe("the project's name", () => {
  it.each(["webstack", "Shop_2.eu", "a"])("%s is taken", (name) => {
    expect(projectProblems(name, { "webstack:size": "small", "hcloud:token": "" })).toEqual([]);
  });

  it.each(["-shop", "shop.", "x".repeat(64)])("%s is refused: no label of the cloud", (name) => {
    expect(projectProblems(name, {})).toEqual([
      "name in Pulumi.yaml must be 1 to 63 letters, digits, -, _ and . that begin and end with a letter or a digit, " +
        `got ${JSON.stringify(name)}; choose another name`,
    ]);
  });

  it("may be that of a provider, whose settings have the prefix", () => {
    expect(projectProblems("hcloud", { "hcloud:token": "T" })).toEqual([]);
  });

  it("is no prefix of a setting, whose value is not shown", () => {
    expect(projectProblems("shop", { "shop:size": "secret", "webstack:size": "small" })).toEqual([
      "shop:size must have the prefix webstack:, got that of the project; rename it to webstack:size in the stack file",
    ]);
  });
});
