import { describe, expect, it } from "vitest";
import { pathsOfMysqld, permits } from "../../prove/apparmor";
import type { Evidence } from "../../prove/assumption";
import { assumptions } from "../../prove/ledger";
import { evidence, profile, seen } from "./evidence";

describe("a stack as the program assumes it", () => {
  it.each(assumptions.map(({ id }) => id))("is seen to be so: %s", (id) => {
    expect(seen(id, evidence())).toMatch(/^ok: ./);
  });
});

describe("a node that is not as assumed", () => {
  it("that is not reached makes no assumption hold", () => {
    const missing = evidence({ "lb-1": undefined });
    expect(seen("haproxy", missing)).toMatch(/^unknown: lb-1: not reached; /);
    const none = {
      ...missing,
      nodes: missing.nodes.map((node) => ({ ...node, answers: undefined })),
    };
    const verdicts = assumptions.map(({ id }) => seen(id, none));
    expect(verdicts.filter((text) => text.startsWith("ok"))).toHaveLength(3);
  });

  it("that answers nothing makes no assumption hold", () => {
    const silent = evidence();
    const nodes = silent.nodes.map((node) => ({ ...node, answers: {} }));
    const holds = assumptions.map(({ id }) => [id, seen(id, { ...silent, nodes })] as const);
    const ids = holds.filter(([, text]) => text.startsWith("ok")).map(([id]) => id);
    expect(ids).toEqual(["floating-location", "rate-limit", "switch"]);
  });
});

describe("the cloud", () => {
  const { cloud } = evidence();

  it("is not known where the API was not read, and no move was asked for", () => {
    const found = evidence({}, { cloud: "the API was not read: x", moved: "not asked for" });
    expect(seen("rate-limit", found)).toBe("unknown: the API was not read: x");
    expect(seen("switch", found)).toBe("unknown: not asked for");
  });

  it("proves a floating address only at a server of another location", () => {
    const of = (server: string | undefined) =>
      seen(
        "floating-location",
        evidence(
          {},
          {
            cloud: {
              ...(cloud as object),
              floatingIp: { homeLocation: "nbg1", server },
            } as Evidence["cloud"],
          },
        ),
      );
    expect(of("lb-2")).toBe("ok: home nbg1, now at lb-2 in fsn1");
    expect(of("lb-1")).toContain("unknown: home nbg1, now at lb-1 in nbg1: run again after");
    expect(of(undefined)).toBe("differs: no server has the address");
  });

  it("fails no request in a planned move", () => {
    const moved = {
      from: "lb-1",
      to: "lb-2",
      requests: 700,
      failed: 2,
      slowestMs: 1,
      outageMs: 40,
    };
    expect(seen("switch", evidence({}, { moved }))).toBe(
      "differs: 2 of 700 requests failed, longest gap 0.0 s, slowest answer 0.0 s",
    );
    expect(
      seen("switch", evidence({}, { moved: { ...moved, failed: 0, outageMs: 1400 } })),
    ).toMatch(/^differs/);
  });
});

describe("the profile of mysqld", () => {
  it("permits what the stack needs, and not what lies beside", () => {
    const closed = Object.entries(pathsOfMysqld).filter(
      ([path, access]) => !permits(profile, path, access),
    );
    expect(closed).toEqual([]);
    expect(permits(profile, "/etc/webstack/tls/key.pem", "r")).toBe(false);
    expect(permits(profile, "/etc/mysql/webstack-tls/key.pem", "rw")).toBe(false);
    expect(
      permits(
        `${profile}\n deny /etc/mysql/webstack-tls/** r,\n`,
        "/etc/mysql/webstack-tls/key.pem",
        "r",
      ),
    ).toBe(false);
  });
});
