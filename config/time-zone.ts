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
