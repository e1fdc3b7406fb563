import { describe, expect, it } from "vitest";
import { answerMs, askMs, Silence } from "../../../host/mover/silence";

/** Asked so many times, {@link askMs} apart, from 0 on. */
function asked(times: number): Silence {
  const silence = new Silence();
  for (let i = 0; i < times; i++) silence.asks(i * askMs);
  return silence;
}

describe("Silence", () => {
  it("gives a new try its whole time if nothing was asked, or only one question is open", () => {
    expect(new Silence().leftMs(10_000)).toBe(answerMs);
    expect(asked(1).leftMs(answerMs)).toBe(answerMs);
  });

  it("is over once two questions have had their time", () => {
    const silence = asked(3);
    expect(silence.leftMs(2 * askMs)).toBe(answerMs - askMs);
    expect(silence.leftMs(askMs + answerMs)).toBe(0);
  });

  it("counts from the first two questions, however many follow", () => {
    expect(asked(20).leftMs(19 * askMs)).toBe(0);
  });

  it("begins anew with an answer", () => {
    const silence = asked(20);
    silence.ends();
    expect(silence.leftMs(19 * askMs)).toBe(answerMs);
    silence.asks(20 * askMs);
    expect(silence.leftMs(20 * askMs)).toBe(answerMs);
  });

  it("knows nothing of a time in which this process stood still", () => {
    expect(asked(20).leftMs(19 * askMs + 8_000)).toBe(answerMs);
    const resumed = asked(20);
    resumed.asks(19 * askMs + 8_000);
    expect(resumed.leftMs(19 * askMs + 8_000)).toBe(answerMs);
  });
});
