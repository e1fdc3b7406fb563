import type { Objects } from "../../localcloud/object-storage/objects";
import { target } from "./programs";

/** Number of transactions in a GTID set, counted from its text. */
export function countIn(set: string): number {
  return set
    .split(",")
    .flatMap((part) => part.split(":").slice(1))
    .reduce((sum, range) => {
      const [from, to] = range.split("-").map(Number);
      return sum + (to ?? from!) - from! + 1;
    }, 0);
}

/** True if an object has that text in clear. */
export function hasText(objects: Objects, text: string): boolean {
  return objects
    .list(target.bucket, "", "")
    .some(({ key }) => objects.content(target.bucket, key).includes(text));
}
