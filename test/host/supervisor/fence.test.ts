import { describe, expect, it } from "vitest";
import { fenceRules, toRefuse } from "../../../host/supervisor/fence";

describe("connections to a silent host", () => {
  it("are refused from 2 s to 12 s of silence", () => {
    const silences = [0, 2_000, 2_001, 12_000, 12_001].map((silentMs, i) => ({
      ...{ address: `10.0.4.1${i}`, silentMs },
    }));
    expect(toRefuse(silences)).toEqual(["10.0.4.12", "10.0.4.13"]);
  });

  it("are refused at their beginning alone, at XCom's port alone, and for 10 s at most", () => {
    const rules = fenceRules(["10.0.4.12", "10.0.4.13"]);
    expect(rules).toContain("{ 10.0.4.12 timeout 10s, 10.0.4.13 timeout 10s }");
    expect(rules).toContain(
      "ip daddr @silent tcp dport 33061 tcp flags & (syn | ack) == syn reject with tcp reset",
    );
  });

  it("are let through with no rule left behind", () => {
    expect(fenceRules([])).toBe("table inet webstack-fence\ndelete table inet webstack-fence\n");
  });
});
