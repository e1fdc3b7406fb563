import { describe, expect, it } from "vitest";
import { calendarEvents, cronFields, isTimeZone } from "../../config/schedule";

const events = (schedule: string) => {
  const fields = cronFields(schedule);
  return fields && calendarEvents(fields, "UTC").map((event) => event.replace(/ UTC$/, ""));
};

describe("a cron schedule as calendar events of systemd", () => {
  it.each([
    ["* * * * *", "*-*-* *:*:00"],
    ["*/1 * * * *", "*-*-* *:00..59:00"],
    ["*/15 * * * *", "*-*-* *:00,15,30,45:00"],
    ["0 * * * *", "*-*-* *:00:00"],
    ["0 0 * * *", "*-*-* 00:00:00"],
    ["30 3 * * *", "*-*-* 03:30:00"],
    ["5,35 9-17 * * *", "*-*-* 09..17:05,35:00"],
    ["0 9-17/4 * * *", "*-*-* 09,13,17:00:00"],
    ["0-10/5,7 0 * * *", "*-*-* 00:00,05,07,10:00"],
    ["07 08 * * *", "*-*-* 08:07:00"],
    ["0 0 1 * *", "*-*-01 00:00:00"],
    ["0 0 1,15 * *", "*-*-01,15 00:00:00"],
    ["0 0 */10 * *", "*-*-01,11,21,31 00:00:00"],
    ["0 0 29 2 *", "*-02-29 00:00:00"],
    ["0 0 31 2,3 *", "*-02..03-31 00:00:00"],
    ["0 0 1 jan,JUL *", "*-01,07-01 00:00:00"],
    ["0 0 1 1-12/3 *", "*-01,04,07,10-01 00:00:00"],
    ["0 0 * jun-aug *", "*-06..08-* 00:00:00"],
    ["0 0 * * 0", "Sun *-*-* 00:00:00"],
    ["0 0 * * 7", "Sun *-*-* 00:00:00"],
    ["0 0 * * sun,7,0", "Sun *-*-* 00:00:00"],
    ["0 0 * * 1-5", "Mon,Tue,Wed,Thu,Fri *-*-* 00:00:00"],
    ["0 0 * * 5-7", "Sun,Fri,Sat *-*-* 00:00:00"],
    ["0 0 * * Mon-fri/2", "Mon,Wed,Fri *-*-* 00:00:00"],
    ["0 0 * * */2", "Sun,Tue,Thu,Sat *-*-* 00:00:00"],
    ["0\t0  * * 1", "Mon *-*-* 00:00:00"],
    [" 0 0 * * * ", "*-*-* 00:00:00"],
  ])("%s", (schedule, event) => {
    expect(events(schedule)).toEqual([event]);
  });

  it("is due on a day that fits either way where both kinds of days are limited", () => {
    expect(events("0 4 1 * mon")).toEqual(["*-*-01 04:00:00", "Mon *-*-* 04:00:00"]);
    expect(events("0 4 1-31 * 1")).toEqual(["*-*-01..31 04:00:00", "Mon *-*-* 04:00:00"]);
    // The thirtieth of February never comes, a Monday in it does.
    expect(events("0 4 30 2 1")).toEqual(["*-02-30 04:00:00", "Mon *-02-* 04:00:00"]);
  });

  it("names its time zone", () => {
    expect(calendarEvents(cronFields("30 3 * * *")!, "Europe/Berlin")).toEqual([
      "*-*-* 03:30:00 Europe/Berlin",
    ]);
  });

  it.each([
    ["four fields", "0 0 * *"],
    ["six fields", "0 0 0 * * *"],
    ["nothing", ""],
    ["a name for all fields", "@daily"],
    ["a minute that no hour has", "60 * * * *"],
    ["an hour that no day has", "0 24 * * *"],
    ["a day that no month has", "0 0 32 * *"],
    ["day zero", "0 0 0 * *"],
    ["month zero", "0 0 1 0 *"],
    ["month thirteen", "0 0 1 13 *"],
    ["an eighth day of the week", "0 0 * * 8"],
    ["a range that goes back", "0 22-2 * * *"],
    ["a week that ends on the Sunday before it", "0 0 * * sat-sun"],
    ["a step of nothing", "*/0 * * * *"],
    ["a step without an end", "5/10 * * * *"],
    ["a range from everything", "*-5 * * * *"],
    ["a part of a list that is empty", "1,,2 * * * *"],
    ["a negative number", "-1 * * * *"],
    ["a month's name for a day", "0 0 * * jan"],
    ["a long name", "0 0 * * monday"],
    ["the last day", "0 0 L * *"],
    ["the nearest weekday", "0 0 15W * *"],
    ["the second Friday", "0 0 * * fri#2"],
    ["no matter which day", "0 0 ? * *"],
    ["a random minute", "H * * * *"],
    ["a time that never comes", "0 0 30 2 *"],
    ["another time that never comes", "0 0 31 4,6,9,11 *"],
    ["a step over all days beside a weekday", "0 0 */2 * 1"],
    ["a day beside a step over all weekdays", "0 0 1 * */2"],
    ["a calendar event of systemd", "*-*-* 03:30:00"],
  ])("does not take %s", (_, schedule) => {
    expect(cronFields(schedule)).toBeUndefined();
  });
});

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
