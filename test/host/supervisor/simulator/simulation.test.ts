import { describe, expect, it } from "vitest";
import { decide } from "../../../../host/supervisor/core/decide";
import { isPrimary } from "../../../../host/supervisor/wire/roles";
import { type Rules, rules } from "./rules";
import { Simulation } from "./simulation";

/** `SIMULATED_SCHEDULES=20000 npx vitest run test/host/supervisor` plays more of them. */
const schedules = Number(process.env.SIMULATED_SCHEDULES ?? 300);
/** Longest run, milliseconds: much more than it takes. */
const timeoutMs = 30_000 + 100 * schedules;

function simulated(seed: number, by: Rules = rules, grows = false): Simulation {
  const simulation = new Simulation(seed, by);
  if (grows) simulation.growFromOne();
  simulation.run(120_000, 120_000);
  return simulation;
}

/** The first promise that is broken in as many schedules. */
function firstViolation(by: Rules, grows = false): string | undefined {
  for (let seed = 0; seed < 1_000; seed++) {
    const [violation] = simulated(seed, by, grows).violations;
    if (violation !== undefined) return violation;
  }
  return undefined;
}

/** The first node that lacks an acknowledged write in the end. */
function firstLoss(by: Rules): string | undefined {
  for (let seed = 0; seed < 1_000; seed++) {
    const { nodes, acknowledged } = simulated(seed, by);
    const lacking = nodes.find((node) => [...acknowledged].some((write) => !node.has(write)));
    if (lacking) return `seed ${seed}: ${lacking.name}`;
  }
  return undefined;
}

describe("random schedules of faults", () => {
  it(
    "lose no acknowledged write, never have two primaries, and end in service",
    () => {
      let [bootstraps, writes, handOvers, rebuilds] = [0, 0, 0, 0];
      for (let seed = 0; seed < schedules; seed++) {
        const simulation = simulated(seed);
        expect(simulation.violations, `seed ${seed}`).toEqual([]);
        const [primary] = simulation.serving();
        expect(primary, `seed ${seed}`).toBeDefined();
        for (const node of simulation.nodes) {
          const lost = [...simulation.acknowledged].filter((write) => !node.has(write));
          expect(lost, `seed ${seed}, ${node.name}`).toEqual([]);
        }
        bootstraps += simulation.bootstraps;
        writes += simulation.acknowledged.size;
        handOvers += simulation.handOvers;
        rebuilds += simulation.rebuilds;
      }
      // The schedules are worth something only if groups are lost and made again, and primaries
      // change without one too.
      expect(bootstraps).toBeGreaterThan(2 * schedules);
      expect(writes).toBeGreaterThan(50 * schedules);
      expect(handOvers).toBeGreaterThan(schedules / 10);
      expect(rebuilds).toBeGreaterThan(schedules / 10);
    },
    timeoutMs,
  );

  it(
    "lose no write of a node that was alone when two more are added",
    () => {
      for (let seed = 0; seed < schedules; seed++) {
        const simulation = simulated(seed, rules, true);
        expect(simulation.violations, `seed ${seed}`).toEqual([]);
        const [primary] = simulation.serving();
        expect(primary, `seed ${seed}`).toBeDefined();
        const lost = [...simulation.acknowledged].filter((write) => !primary!.has(write));
        expect(lost, `seed ${seed}`).toEqual([]);
        expect(simulation.nodes.every(({ group }) => group === primary!.group)).toBe(true);
      }
    },
    timeoutMs,
  );

  it("are seen to fail if the only node takes itself for that when others are there", () => {
    const joins: Rules["decide"] = ({ self, peers, ...rest }) =>
      decide({ ...rest, self, peers: peers.map((peer) => ({ ...peer, sole: false })) });
    expect(firstViolation({ ...rules, decide: joins, letsIn: false }, true)).toBeDefined();
  });

  it("are seen to fail if any two nodes may make a group", () => {
    const weak: Rules["decide"] = (situation) =>
      decide({
        ...situation,
        self: { ...situation.self, lastView: null },
        peers: situation.peers.map((peer) => ({ ...peer, lastView: null })),
        nodes: [situation.self.node, ...situation.peers.map(({ node }) => node)].sort(),
      });
    expect(firstViolation({ ...rules, decide: weak })).toBeDefined();
  });

  it("are seen to fail if a primary serves before others know it", () => {
    const serves: Rules["serves"] = (state) => isPrimary(state);
    expect(firstViolation({ ...rules, serves })).toBeDefined();
  });

  it("are seen to fail if a number in a GTID is taken for the transaction", () => {
    const weak: Rules["decide"] = ({ self, peers, ...rest }) =>
      decide({
        ...rest,
        self: { ...self, lineage: [] },
        peers: peers.map((peer) => ({ ...peer, lineage: [] })),
      });
    expect(firstLoss({ ...rules, decide: weak })).toBeDefined();
  });

  it(
    "are seen to fail if what a broken copy left is taken for data",
    () => {
      const weak: Rules["decide"] = ({ self, peers, ...rest }) =>
        decide({
          ...rest,
          self: { ...self, cloneIncomplete: false },
          peers: peers.map((peer) => ({ ...peer, cloneIncomplete: false })),
        });
      expect(firstViolation({ ...rules, decide: weak })).toBeDefined();
    },
    timeoutMs,
  );

  it("are seen to fail if a group is made without the claims of a majority", () => {
    expect(firstViolation({ ...rules, claims: false })).toBeDefined();
  });
});
