import { describe, expect, it } from "vitest";
import { answerMs, probeMs, UnansweredProbes } from "../../../host/mover/unanswered-probes";

/** Asked so many times, {@link probeMs} apart, from 0 on. */
function asked(times: number): UnansweredProbes {
  const silence = new UnansweredProbes();
  for (let i = 0; i < times; i++) silence.onProbe(i * probeMs);
  return silence;
}

describe("Silence", () => {
  it("gives a new try its whole time if nothing was asked, or only one question is open", () => {
    expect(new UnansweredProbes().leftMs(10_000)).toBe(answerMs);
    expect(asked(1).leftMs(answerMs)).toBe(answerMs);
  });

  it("is over once two questions have had their time", () => {
    const silence = asked(3);
    expect(silence.leftMs(2 * probeMs)).toBe(answerMs - probeMs);
    expect(silence.leftMs(probeMs + answerMs)).toBe(0);
  });

  it("counts from the first two questions, however many follow", () => {
    expect(asked(20).leftMs(19 * probeMs)).toBe(0);
  });

  it("begins anew with an answer", () => {
    const silence = asked(20);
    silence.onAnswer();
    expect(silence.leftMs(19 * probeMs)).toBe(answerMs);
    silence.onProbe(20 * probeMs);
    expect(silence.leftMs(20 * probeMs)).toBe(answerMs);
  });

  it("knows nothing of a time in which this process stood still", () => {
    expect(asked(20).leftMs(19 * probeMs + 8_000)).toBe(answerMs);
    const resumed = asked(20);
    resumed.onProbe(19 * probeMs + 8_000);
    expect(resumed.leftMs(19 * probeMs + 8_000)).toBe(answerMs);
  });
});
