import { describe, expect, it } from "vitest";
import { phasesIn } from "../../../scripts/drill/edge-watch";

const journal = `1000.500000 lb-2 node[1]: keepalived says MASTER
1010.900000 lb-2 node[1]: keepalived says BACKUP
1021.050000 lb-2 node[1]: keepalived says MASTER
1021.400000 lb-2 node[1]: taking the address: the other load balancer does not answer
1021.480000 lb-2 node[1]: assigned in 80 ms
1021.481000 lb-2 node[1]: this node has the address
-- Boot 1234 --
`;

describe("the steps of a failover", () => {
  it("are counted from the last answer before it, and not from an earlier one", () => {
    expect(phasesIn(journal, 1_020_000)).toEqual([
      { name: "noticed", afterMs: 1_050 },
      { name: "asked the API", afterMs: 1_400 },
      { name: "had the address", afterMs: 1_481 },
    ]);
  });

  it("are left out as far as they did not happen", () => {
    expect(phasesIn(journal, 1_030_000)).toEqual([]);
  });
});
