import { describe, expect, it } from "vitest";
import { classify, NoSlotError, StaleReplicaError } from "../../src/database/failures";
import { lostError, sqlError } from "../support/errors";

describe("classify", () => {
  it.each([1047, 1053, 1180, 1290, 1836, 3032, 3100, 4094])(
    "sees a change of primary in error %i",
    (number) => expect(classify(sqlError(number))).toBe("switching"),
  );

  it.each([1205, 1213, 3101])("sees a lost race in error %i", (number) =>
    expect(classify(sqlError(number))).toBe("conflict"),
  );

  it.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "PROTOCOL_CONNECTION_LOST",
    "PROTOCOL_SEQUENCE_TIMEOUT",
    "HANDSHAKE_SSL_ERROR",
  ])("sees a lost connection in %s", (code) => expect(classify(lostError(code))).toBe("lost"));

  it("sees a lost connection in the driver's own fatal error, which has neither code nor number", () => {
    const error = Object.assign(new Error("Can't add new command"), { fatal: true });
    expect(classify(error)).toBe("lost");
  });

  it("repeats a read that found a stale replica and a call that found no connection", () => {
    expect(classify(new StaleReplicaError("db-2"))).toBe("switching");
    expect(classify(new NoSlotError("none"))).toBe("switching");
  });

  it.each([1045, 1062, 1064, 1146])("does not repeat after error %i", (number) =>
    expect(classify(sqlError(number))).toBe("permanent"),
  );

  it("does not repeat after a refused login, although the driver calls it fatal", () => {
    expect(classify(Object.assign(sqlError(1045), { fatal: true }))).toBe("permanent");
  });

  it("does not repeat after an error of the program", () => {
    expect(classify(new TypeError("x is undefined"))).toBe("permanent");
    expect(classify("text")).toBe("permanent");
  });
});
