import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { backupDrills } from "../scripts/drill/backups";
import { certificateDrills } from "../scripts/drill/certificates";
import { databaseDrills } from "../scripts/drill/database";
import type { Drill } from "../scripts/drill/drill";
import { edgeDrills } from "../scripts/drill/edge";
import { longDrills } from "../scripts/drill/edge-long";
import { editDrills } from "../scripts/drill/edits";
import { releaseDrills } from "../scripts/drill/releases";
import { scanDrills } from "../scripts/drill/scan";
import { tierDrills } from "../scripts/drill/tiers";
import { trafficDrills } from "../scripts/drill/traffic";

const page = readFileSync(join(__dirname, "..", "docs", "faults.md"), "utf8");

/** Number, title and bound of each row, in order. */
const rows = [...page.matchAll(/^\| ([CEFRST]\d\w*) *\| ([^|]+?) *\| [^|]+ \| ([^|]+?) *\|/gm)].map(
  ([, id, title, bound]) => [id, title, bound],
);

function row({ id, title, boundMs }: Drill) {
  return [id, title, boundMs === 0 ? "no failed request" : `${boundMs / 1000} s`];
}

describe("docs/faults.md", () => {
  it("has a row for each drill, in order, with its bound", () => {
    const drills = [
      ...edgeDrills,
      ...longDrills(30),
      ...tierDrills,
      ...databaseDrills,
      ...editDrills,
      ...releaseDrills,
      ...trafficDrills(10),
      ...scanDrills,
      ...certificateDrills,
      ...backupDrills,
    ];
    expect(rows).toEqual(drills.map(row));
  });
});
