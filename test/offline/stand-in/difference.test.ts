import { describe, expect, it } from "vitest";
import { tables } from "../../../offline/hcloud/table";
import { asPlanned } from "../../../offline/stand-in/difference";

const server = tables["hcloud:index/server:Server"]!;
const firewall = tables["hcloud:index/firewall:Firewall"]!;

describe("the state that an update compares with what is wanted", () => {
  it("has the wanted value where the recorded one is only written in another way", () => {
    const publicNets = [{ ipv4Enabled: true, ipv6Enabled: true }];
    const state = {
      publicNets: [{ ipv4: 0, ipv4Enabled: true, ipv6: 0, ipv6Enabled: true }],
      ...{ iso: "", firewallIds: [2, 1], backups: false, labels: { a: "1" } },
    };
    const wanted = { publicNets, firewallIds: [1, 2], labels: { a: "2" } };
    expect(asPlanned(server, state, wanted)).toMatchObject({
      ...{ publicNets, firewallIds: [1, 2], labels: { a: "1" } },
      ...{ iso: undefined, backups: undefined },
    });
  });

  it("has the wanted rules where the recorded ones have empty members and other spellings", () => {
    const rule = { direction: "in", protocol: "tcp", port: "22" };
    const recorded = { ...rule, sourceIps: ["192.0.2.7/32"], description: "", destinationIps: [] };
    const wanted = { name: "fw", rules: [{ ...rule, sourceIps: ["192.0.2.7"] }] };
    const state = { name: "fw", rules: [recorded], applyTos: [{ server: 1 }] };
    expect(asPlanned(firewall, state, wanted)).toEqual({
      ...wanted,

      applyTos: [{ server: 1 }],
    });
  });

  it("keeps what the provider filled in and the program does not name", () => {
    const state = { location: "nbg1", firewallIds: [3], ipv4Address: "198.18.0.10" };
    expect(asPlanned(server, state, {})).toMatchObject(state);
  });
});
