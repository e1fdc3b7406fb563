import { describe, expect, it } from "vitest";
import type { CloudType } from "../../rolling/cloud";
import { refuseImpossible, type Resized } from "../../rolling/possible";
import { plan } from "../support/tier-args";

const type = (name: string, own: Partial<CloudType> = {}): CloudType => ({
  ...{ name, architecture: "x86", diskGb: 80, memoryGib: 4, locations: ["nbg1", "fsn1"], ...own },
});
const types: Record<string, CloudType> = {
  cpx22: type("cpx22"),
  cpx32: type("cpx32", { diskGb: 160, memoryGib: 8 }),
  cpx12: type("cpx12", { diskGb: 40 }),
  cax21: type("cax21", { architecture: "arm" }),
  ccx13: type("ccx13", { locations: ["hel1"] }),
};
const cloud = { type: async (name: string) => types[name] };

function refusal(to: string, own: Partial<Resized> = {}): Promise<void> {
  const node = plan.lb[0]!;
  const change = { from: "cpx22", to };
  const poolMib = async () => undefined;
  return refuseImpossible(cloud, { node, change, location: "nbg1", diskGb: 80, poolMib, ...own });
}

describe("a change of type", () => {
  it("is possible to a type with room for the disk, up and down", async () => {
    await refusal("cpx32");
    await refusal("cpx22", { change: { from: "cpx32", to: "cpx22" } });
  });

  it("is possible from a type that is not sold any more", async () => {
    await refusal("cpx32", { change: { from: "cx11", to: "cpx32" } });
  });

  it.each([
    ["cpx99", "webstack:loadBalancers.serverType must fit lb-1, got cpx99: the cloud has no such"],
    ["cpx12", "got cpx12: its disk has 40 GB and lb-1 has 80 GB, which cannot shrink"],
    ["cax21", "got cax21: it is arm, and cpx22 is x86"],
    ["ccx13", "got ccx13: it cannot be had in nbg1, only in hel1"],
  ])("is refused to %s", async (to, reason) => {
    await expect(refusal(to)).rejects.toThrow(reason);
  });

  it("is refused if MySQL is set to more memory than a smaller type has", async () => {
    const change = { from: "cpx32", to: "cpx22" };
    const ask = (pool?: number) =>
      refusal("cpx22", { change, node: plan.db[0]!, poolMib: async () => pool });
    await ask(3276);
    await ask(undefined);
    await expect(ask(3277)).rejects.toThrow(
      /MySQL of db-1 keeps data in 3277 MiB, too much for its 4 GiB; first set webstack:db.bufferPoolMib to at most 3276/,
    );
  });

  it("asks no MySQL if the memory does not shrink, or there is none", async () => {
    const poolMib = () => Promise.reject(new Error("asked"));
    await refusal("cpx32", { node: plan.db[0]!, poolMib });
    await refusal("cpx22", { change: { from: "cpx32", to: "cpx22" }, node: plan.app[0]!, poolMib });
  });
});
