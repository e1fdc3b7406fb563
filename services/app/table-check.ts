import { appJobPath } from "../app-jobs/job-units";
import { made } from "../notice";
import { text } from "../text";
import { type AppSandboxArgs, starterSandbox } from "./app-sandbox";

/** When the tables are looked at: once the schema is migrated, and once the app's processes are up. */
export type TableCheckTime = "migrated" | "started";

/** Name of the unit that looks at the tables of the app's database. */
export function tableCheckUnit(time: TableCheckTime): string {
  return `webstack-table-check@${time}.service`;
}

/**
 * Renders the unit that refuses a release with tables that the databases' group does not take.
 *
 * @param grouped false: there is no group yet, and the unit only says so.
 */
export function tableCheckText(args: AppSandboxArgs, grouped: boolean): string {
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
    ExecStart=/usr/bin/node ${appJobPath} tables ${grouped ? "refuse" : "warn"}

    [Install]
    WantedBy=multi-user.target
  `;
}
