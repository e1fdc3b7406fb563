/** The days and times of a cron schedule. A field `*` is undefined. */
export interface CronFields {
  /** 0 to 59, in order. */
  minutes: number[] | undefined;
  /** 0 to 23, in order. */
  hours: number[] | undefined;
  /** 1 to 31, in order. */
  days: number[] | undefined;
  /** 1 to 12, in order. */
  months: number[] | undefined;
  /** 0 (Sunday) to 6, in order. */
  weekdays: number[] | undefined;
}

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

const dayNames = "sun mon tue wed thu fri sat".split(" ");

/** Largest number of days of each month, January first. */
const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads the five fields of a cron schedule as in Debian's `crontab(5)`: minute, hour, day of month, month, day of
 * week. Undefined for any other text, for a schedule that never comes due, and for a schedule that cron programs
 * read differently: some combine a step over all days (`*` + `/2`) and a limit of the other day field by "and", some
 * by "or".
 *
 * https://manpages.debian.org/trixie/cron/crontab.5.en.html
 */
export function cronFields(text: string): CronFields | undefined {
  const parts = text.trim().split(/[ \t]+/);
  if (parts.length !== 5) return undefined;
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string];
  const read = [
    field(minute, 0, 59),
    field(hour, 0, 23),
    field(day, 1, 31),
    field(month, 1, 12, monthNames, 1),
    field(weekday, 0, 7, dayNames, 0),
  ];
  if (read.includes(undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = read.map((all) =>
    all === "*" ? undefined : all,
  ) as (number[] | undefined)[];
  if (days && weekdays && [day, weekday].some((one) => one.startsWith("*"))) return undefined;
  const sundays = weekdays && ordered(weekdays.map((one) => one % 7));
  const fields = { minutes, hours, days, months, weekdays: sundays };
  return comesDue(fields) ? fields : undefined;
}

function field(
  text: string,
  min: number,
  max: number,
  names: readonly string[] = [],
  first = 0,
): number[] | "*" | undefined {
  if (text === "*") return "*";
  const number = (word: string) => {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + first;
    return /^\d{1,2}$/.test(word) ? Number(word) : NaN;
  };
  const all: number[] = [];
  for (const item of text.split(",")) {
    const [, from = "", to, step] = /^(\*|[^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(item) ?? [];
    // `*-5` has no meaning, and cron programs disagree about `5/10`.
    if (from === "*" ? to !== undefined : to === undefined && step !== undefined) return undefined;
    const begin = from === "*" ? min : number(from);
    const end = from === "*" ? max : number(to ?? from);
    const by = Number(step ?? 1);
    if (!(begin >= min && end <= max && begin <= end && by >= 1)) return undefined;
    for (let value = begin; value <= end; value += by) all.push(value);
  }
  return ordered(all);
}

function ordered(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function comesDue({ days, months, weekdays }: CronFields): boolean {
  if (!days || weekdays) return true;
  return (months ?? daysOfMonth.map((_, i) => i + 1)).some(
    (month) => days[0]! <= daysOfMonth[month - 1]!,
  );
}

const calendarDays = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/**
 * Converts a schedule to calendar events of systemd; the schedule is due at each of them. If a schedule limits both
 * the day of the month and the day of the week, cron runs on a day that matches either, systemd on a day that
 * matches both.
 *
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html#Calendar%20Events
 *
 * @param timeZone name of the tz database, such as `Europe/Berlin`.
 */
export function calendarEvents(fields: CronFields, timeZone: string): string[] {
  const { minutes, hours, days, months, weekdays } = fields;
  const time = `${list(hours)}:${list(minutes)}:00 ${timeZone}`;
  const onDays = `*-${list(months)}-${list(days)} ${time}`;
  if (!weekdays) return [onDays];
  const names = weekdays.map((day) => calendarDays[day]).join(",");
  const onWeekdays = `${names} *-${list(months)}-* ${time}`;
  return days ? [onDays, onWeekdays] : [onWeekdays];
}

/** Numbers in systemd's notation: `*`, `05`, `09..17,20`. */
function list(values: readonly number[] | undefined): string {
  if (!values) return "*";
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  const two = (value: number) => String(value).padStart(2, "0");
  return runs.map(([from, to]) => (from === to ? two(from) : `${two(from)}..${two(to)}`)).join(",");
}

/** Areas of the tz database's present names. */
const areas = new Set(
  "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific Etc".split(" "),
);

/**
 * Names within these areas that were replaced by others. Debian since 13 and Ubuntu since 24.04 have them in the package
 * `tzdata-legacy` alone, like all names outside of the areas but UTC and GMT, so a host does not know them. Read from the
 * packages of Ubuntu 26.04 and Debian 13, whose names are the same.
 */
const replaced = new Set(
  `
  Africa/Asmera America/Argentina/ComodRivadavia America/Buenos_Aires America/Catamarca
  America/Cordoba America/Fort_Wayne America/Godthab America/Indianapolis
  America/Jujuy America/Knox_IN America/Louisville America/Mendoza
  America/Rosario Antarctica/South_Pole Asia/Ashkhabad Asia/Calcutta
  Asia/Choibalsan Asia/Chungking Asia/Dacca Asia/Katmandu
  Asia/Macao Asia/Rangoon Asia/Saigon Asia/Thimbu
  Asia/Ujung_Pandang Asia/Ulan_Bator Atlantic/Faeroe Australia/ACT
  Australia/LHI Australia/NSW Australia/North Australia/Queensland
  Australia/South Australia/Tasmania Australia/Victoria Australia/West
  Europe/Kiev Europe/Uzhgorod Europe/Zaporozhye Pacific/Enderbury
  Pacific/Ponape Pacific/Truk
`
    .trim()
    .split(/\s+/),
);

/** True for a name of the tz database that a host with the package `tzdata` alone knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    return false;
  }
  const [area = "", city] = name.split("/");
  if (city === undefined) return ["UTC", "GMT"].includes(name);
  const isPlain = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)+$/.test(name);
  return isPlain && areas.has(area) && !replaced.has(name);
}
