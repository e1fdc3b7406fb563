import { describe, expect, it } from "vitest";
import { isTimeZone } from "../../config/time-zone";

describe("a time zone of a schedule", () => {
  it.each(["UTC", "GMT", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Etc/GMT+5"])(
    "is %s",
    (name) => expect(isTimeZone(name)).toBe(true),
  );

  it("is a name of three parts", () => {
    expect(isTimeZone("America/Argentina/Buenos_Aires")).toBe(true);
    expect(isTimeZone("America/Indiana/Knox")).toBe(true);
  });

  it.each([
    "US/Eastern",
    "Japan",
    "EST5EDT",
    "Asia/Calcutta",
    "Europe/Kiev",
    "Australia/NSW",
    "GB",
  ])("is not %s, which hosts without tzdata-legacy do not know", (name) =>
    expect(isTimeZone(name)).toBe(false),
  );

  it.each(["europe/berlin", "Europe/Nowhere", "+02:00", "../etc/passwd", "", "Europe/"])(
    "is not %j",
    (name) => expect(isTimeZone(name)).toBe(false),
  );
});
