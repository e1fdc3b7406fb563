/** Time that an id such as `20261128T031500Z` names, of a base or a proof: milliseconds since 1970; NaN: it is no such id. */
export function timeOf(id: string): number {
  return Date.parse(id.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
