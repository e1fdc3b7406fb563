import { describe, expect, it } from "vitest";
import { certificateProblems } from "../../rolling/certificates";

const days = (count: number) => new Date(Date.UTC(2027, 0, 1 + count)).toISOString();

function problemsAt(now: string, renewAfter: string | undefined, validUntil?: string): string[] {
  const names = { "www.example.com": { renewAfter, validUntil } };
  const states = new Map([
    ["lb-1", { certificates: { orders: true, names } }],
    ["lb-2", undefined],
  ]);
  return certificateProblems(states, Date.parse(now));
}

describe("the problems of certificates", () => {
  it("begin a day after the time of renewal", () => {
    expect(problemsAt("2027-03-02T23:59:59Z", days(60), days(90))).toEqual([]);
    expect(problemsAt("2027-03-03T00:00:00Z", days(60), days(90))).toEqual([
      `lb-1  www.example.com  the certificate SHOULD BE RENEWED since ${days(60)}, and ends in 696 h`,
    ]);
  });

  it("begin earlier for a short life", () => {
    expect(problemsAt("2027-01-05T11:59:59Z", days(4), days(5))).toEqual([]);
    expect(problemsAt("2027-01-05T12:00:00Z", days(4), days(5))).toHaveLength(1);
  });

  it("go on after the end, whatever the time of renewal", () => {
    const ended = [`lb-1  www.example.com  THE CERTIFICATE ENDED at ${days(90)}`];
    expect(problemsAt(days(90), days(60), days(90))).toEqual(ended);
    expect(problemsAt(days(95), undefined, days(90))).toEqual(ended);
  });

  it("are none for a name that awaits its first certificate", () => {
    expect(problemsAt(days(90), undefined)).toEqual([]);
  });
});
