import { appJobPath } from "../app-jobs/job-units";
import { generatedNotice } from "../notice";
import { text } from "../text";
import { type AppSandboxArgs, starterSandbox } from "./app-sandbox";

/** Time of a table check: after the migration, or after the start of the app's processes. */
export type TableCheckTime = "migrated" | "started";

/** Name of the template of {@link tableCheckUnit}. */
export const tableCheckTemplate = "webstack-table-check@.service";

/** Name of the unit that checks the tables of the app's database. */
export function tableCheckUnit(time: TableCheckTime): string {
  return `webstack-table-check@${time}.service`;
}

/**
 * Renders the unit that looks for tables that Group Replication does not support.
 *
 * @param refuses whether such a table fails the release; false: it is only logged, because there is no group
 *   yet, or the release ran before.
 */
export function tableCheckText(args: AppSandboxArgs, refuses: boolean): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Check of the tables of the app, %i
    After=haproxy.service webstack-network-ready.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=60
    ${starterSandbox(args)}
    ExecStart=/usr/bin/node ${appJobPath} tables ${refuses ? "refuse" : "warn"}

    [Install]
    WantedBy=multi-user.target
  `;
}
