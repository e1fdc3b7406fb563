import { describe, expect, it } from "vitest";
import { useStackFile } from "../support/stack-file";
import { found, subject, TestCloud, up } from "./support/examined";

const file = useStackFile();

/** A stack that is up, whose names have these addresses. */
async function names(addresses: (own: { ipv4: string; ipv6: string }) => string[], isUp = true) {
  const cloud = new TestCloud();
  const settings = file.read({ "webstack:domains": ["www.example.com"] });
  if (isUp) await up(cloud, settings);
  const { body } = await cloud.get("/floating_ips");
  const ip = (type: string) =>
    body.floating_ips.find((one: { type: string }) => one.type === type)?.ip.split("/")[0];
  const own = { ipv4: ip("ipv4"), ipv6: `${ip("ipv6")}1` };
  const all = addresses(own);
  const resolve = async (_: string, family: string) =>
    all.filter((address) => address.includes(":") === (family === "ipv6"));
  return { own, found: await found(subject(cloud, settings, { resolve }), "names") };
}

describe("the names of a stack", () => {
  it("lead to its floating addresses", async () => {
    const { found } = await names(({ ipv4, ipv6 }) => [ipv4, ipv6]);
    expect(found).toEqual([{ level: "ok", text: "www.example.com leads to the floating IP" }]);
  });

  it("are told the records that they should have", async () => {
    const { own, found } = await names(({ ipv4 }) => [ipv4, "5.75.1.2"]);
    expect(found).toEqual([
      {
        level: "warning",
        text: "www.example.com leads to 5.75.1.2 too",
        fix: `let www.example.com have the records A ${own.ipv4} and AAAA ${own.ipv6} and no others; until then it has no certificate`,
      },
    ]);
    const nowhere = await names(() => []);
    expect(nowhere.found[0]!.text).toBe("www.example.com has no address");
  });

  it("wait for the first up", async () => {
    const { found } = await names(() => ["5.75.1.2"], false);
    expect(found).toEqual([
      {
        level: "note",
        text: "www.example.com leads to 5.75.1.2; the floating IP is not there yet",
        fix: "after the up, point www.example.com to its floating IP; until then it has no certificate",
      },
    ]);
  });

  it("are not known while nobody resolves them, with a remedy", async () => {
    const settings = file.read({ "webstack:domains": ["www.example.com"] });
    const resolve = () => Promise.reject(new Error("queryA ETIMEOUT www.example.com"));
    expect(await found(subject(new TestCloud(), settings, { resolve }), "names")).toMatchObject([
      {
        level: "note",
        text: "www.example.com could not be looked up: queryA ETIMEOUT www.example.com",
        fix: "look at the resolver of this machine, and run the doctor again",
      },
    ]);
  });
});
