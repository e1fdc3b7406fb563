import { lostDrill } from "./backups-lost";
import { tableDrill } from "./backups-table";
import type { Drill } from "./drill";

/** Losses that replication copies or does not survive: numbers and titles of the fault matrix. */
export const backupDrills: readonly Drill[] = [tableDrill, lostDrill];
