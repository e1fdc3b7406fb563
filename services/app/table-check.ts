import { appJobPath } from "../app-jobs/job-units";
import { made } from "../notice";
import { text } from "../text";
import { type AppSandboxArgs, starterSandbox } from "./app-sandbox";

/** When the tables are looked at: once the schema is migrated, and once the app's processes are up. */
export type TableCheckTime = "migrated" | "started";

/** Name of the template of {@link tableCheckUnit}. */
export const tableCheckTemplate = "webstack-table-check@.service";

/** Name of the unit that looks at the tables of the app's database. */
export function tableCheckUnit(time: TableCheckTime): string {
  return `webstack-table-check@${time}.service`;
}

/**
 * Renders the unit that looks for tables that a group of databases does not take.
 *
 * @param refuses whether such a table ends the release; false: it is only said, since there is no group
 *   yet, or the release ran before.
 */
export function tableCheckText(args: AppSandboxArgs, refuses: boolean): string {
  return text`
    ${made}
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
