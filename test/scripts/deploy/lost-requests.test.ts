import { describe, expect, it, vi } from "vitest";
import {
  countersIn,
  type EdgeCounters,
  edgeCounters,
  lostLines,
} from "../../../scripts/deploy/lost-requests";
import { outputsWith } from "../operate/support/nodes";

const hosts = vi.hoisted(() => ({ answer: (_node: string): string => "" }));
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_: unknown, node: string) => hosts.answer(node),
}));

/** What HAProxy 3.2 says to `show info;show stat`, with most columns and lines left out. */
const answer = `Name: HAProxy
Pid: 4711
Uptime_sec: 7

# pxname,svname,scur,econ,eresp,wretr,wredis,hrsp_4xx,hrsp_5xx,
health,FRONTEND,0,,,,,0,9,
public,FRONTEND,1,,,,,2,3,
web,web-1,0,1,0,4,0,0,0,
web,BACKEND,0,5,6,7,0,0,8,

`;
const counters = (different: Partial<EdgeCounters> = {}): EdgeCounters => ({
  ...{ pid: 4711, failedAnswers: 3, connectErrors: 5, responseErrors: 6, retries: 7 },
  ...different,
});

describe("the counters of a load balancer", () => {
  it("are those of visitors and of the web nodes", () => {
    expect(countersIn(answer)).toEqual(counters());
  });

  it.each(["", answer.replace("Pid:", "No:"), answer.replace("public,", "other,")])(
    "are refused if something is missing: %#",
    (text) => {
      expect(() => countersIn(text)).toThrow(/HAProxy (says no|does not say)/);
    },
  );

  it("are asked of load balancers alone; one that does not answer has none", async () => {
    hosts.answer = (node) => {
      if (node === "lb-2") throw new Error("no route");
      return answer;
    };
    expect([...(await edgeCounters(outputsWith("lb-1", "lb-2", "web-1")))]).toEqual([
      ["lb-1", counters()],
      ["lb-2", undefined],
    ]);
  });
});

describe("what was lost", () => {
  const line = (before: EdgeCounters | undefined, after: EdgeCounters | undefined) =>
    lostLines(new Map([["lb-1", before]]), new Map([["lb-1", after]]))[0];

  it("is what was counted between two looks", () => {
    const after = counters({ failedAnswers: 4, retries: 9 });
    expect(line(counters(), after)).toBe(
      "lb-1: 1 answers of 500 and more, 0 connections and 0 answers of web nodes that failed, 2 requests sent again",
    );
  });

  it("is counted from the start of a process that came meanwhile, which is said", () => {
    expect(line(counters(), counters({ pid: 9, failedAnswers: 1 }))).toMatch(
      /^lb-1: its HAProxy was started anew meanwhile; since then 1 answers of 500 and more, 5 conn/,
    );
  });

  it("is not known of one that does not answer", () => {
    expect(line(undefined, counters())).toContain("did not answer before, so nobody knows");
    expect(line(counters(), undefined)).toContain("does not answer, so nobody knows");
  });
});
