import { processCheck } from "../app-balancer/service";
import { appJobPath } from "../app-jobs/job-units";
import { rootFile } from "../bundle";
import { callsTo, type Egress, type Service, type ServicePart } from "../service";
import { dataUnit, dataUnitText } from "./app-data";
import { appSecretPaths } from "./app-environment";
import { appPort, type AppProgram, migrateUnit, processPorts } from "./app-program";
import { releaseStart, releaseStartPath } from "./release-start";
import { type AppRuntimeFacts, neededPaths, sandboxArgs } from "./app-sandbox";
import {
  appUnitText,
  migrateSeconds,
  migrateUnitText,
  tableCheckTemplate,
  tableCheckText,
  type TableCheckTime,
  tableCheckUnit,
} from "./app-units";

/** Facts about a node that the app's part depends on. */
export interface AppFacts extends AppRuntimeFacts {
  /** How the app is run and asked for its health. */
  program: AppProgram;
  /** Whether this is the node on which a new release migrates the schema. */
  migrates: boolean;
  /** Processes of the app; 0 where the web nodes alone answer. */
  processes: number;
  /** Persistent data directory, relative to the release, such as `content`. @default none */
  data?: string | undefined;
  /** Packages of the distribution that the app needs, such as `imagemagick`. @default none */
  packages?: readonly string[];
  /** Whether a release is refused if Group Replication does not support its tables. */
  checkTables: boolean;
  /** Database nodes; with one there is no group. */
  databases: readonly unknown[];
}

const units = "/etc/systemd/system";
const environment = { owner: "root", group: "root", mode: "0600", secret: "environment" };
const databaseCa = { owner: "root", group: "root", mode: "0644", secret: "databaseCa" };

/**
 * The app's processes. On one node the schema migration runs before the processes.
 *
 * @param egress where the processes, the workers and the jobs, which have the same user, may call outside of the stack.
 */
export function app(egress: Egress): Service<AppFacts> {
  return { ...processesOfApp, callsOut: callsTo(appUser, egress, true) };
}

const appUser = "app";

const processesOfApp: Service<AppFacts> = {
  name: "app",
  openings: [{ from: "web", protocol: "tcp", port: appPort, purpose: "requests to the app" }],
  secrets: { [appSecretPaths.env]: environment, [appSecretPaths.databaseCa]: databaseCa },
  part: (facts) => {
    const { release, packages = [], python } = facts;
    const tables = tableChecks(facts);
    const parts = [
      dataOfRelease(facts),
      migration(facts),
      ...tables("migrated"),
      processes(facts),
      ...tables("started"),
    ];
    return {
      packages: [...packages, ...(python === undefined ? [] : ["python3"])],
      users: [{ name: appUser, home: release.root }],
      directories: {
        [release.root]: { owner: "root", group: "root", mode: "0755" },
        [`${release.root}/releases`]: { owner: "root", group: "root", mode: "0755" },
        "/etc/webstack/tls": { owner: "root", group: "root", mode: "0755" },
      },
      files: Object.assign(
        releaseStart(`${release.root}/current`),
        ...parts.map(({ files }) => files),
      ) as UnitsPart["files"],
      unitFiles: { own: parts.flatMap(({ files }) => Object.keys(files)) },
      services: parts.flatMap(({ services }) => services),
      release,
    };
  },
};

type UnitsPart = Required<Pick<ServicePart, "files" | "services">>;

function unitsArgs(facts: AppFacts) {
  return { ...sandboxArgs(facts), program: facts.program };
}

/** Unit that copies the release's data files before the release starts. */
function dataOfRelease({ data, release }: AppFacts): UnitsPart {
  if (data === undefined) return { files: {}, services: [] };
  const path = `${units}/${dataUnit}`;
  const current = `${release.root}/current`;
  return {
    files: { [path]: rootFile(dataUnitText(current, data)) },
    services: [
      { unit: dataUnit, reloadFiles: [], restartFiles: [current, path], needs: [current] },
    ],
  };
}

/** Unit of the schema migration, on the first node that gets the release. */
function migration(facts: AppFacts): UnitsPart {
  const { migrate, migratesOnSwitch = true } = facts.program;
  if (!migrate || !facts.migrates) return { files: {}, services: [] };
  const path = `${units}/${migrateUnit}`;
  const own = unitsArgs(facts);
  const needs = neededPaths(own);
  return {
    files: { [path]: rootFile(migrateUnitText(own, migrate)) },
    services: [
      {
        unit: migrateUnit,
        reloadFiles: [],
        restartFiles: [own.envPath, ...(migratesOnSwitch ? [own.current] : []), path],
        needs,
        startTimeoutSeconds: Math.max(330, migrateSeconds(facts.program) + 30),
      },
    ],
  };
}

/** True on the node that checks the database's tables. */
export function checksTables({ migrates, checkTables, processes, program }: TableFacts): boolean {
  return migrates && checkTables && (processes > 0 || !!program.migrate);
}

/** Facts that decide where tables are checked. */
export type TableFacts = Pick<AppFacts, "migrates" | "checkTables" | "processes" | "program">;

/** Table checks after the migration, and after the start of the processes, which may migrate the schema themselves. */
function tableChecks(facts: AppFacts): (time: TableCheckTime) => UnitsPart[] {
  const path = `${units}/${tableCheckTemplate}`;
  const own = sandboxArgs(facts);
  const needs = neededPaths(own);
  // A table that a later release left must not prevent a rollback.
  const ranBefore = facts.program.migratesOnSwitch === false;
  const refuses = facts.databases.length > 1 && !ranBefore;
  const files = { [path]: rootFile(tableCheckText(own, refuses)) };
  const restartFiles = [own.envPath, own.current, appSecretPaths.databaseCa, path, appJobPath];
  const times = [
    ...(facts.program.migrate ? ["migrated"] : []),
    ...(facts.processes > 0 ? ["started"] : []),
  ];
  return (time) => {
    if (!checksTables(facts) || !times.includes(time)) return [];
    const unit = tableCheckUnit(time);
    const service = { unit, reloadFiles: [], restartFiles, needs };
    return [{ files: time === times[0] ? files : {}, services: [service] }];
  };
}

function processes(facts: AppFacts): UnitsPart {
  const { program } = facts;
  if (facts.processes === 0) return { files: {}, services: [] };
  const path = `${units}/app@.service`;
  const own = unitsArgs(facts);
  const needs = neededPaths(own);
  const { timeoutSeconds } = program.health;
  // The other nodes get the release after the first node's trial.
  const trialSeconds = facts.migrates ? program.trialSeconds : 0;
  const url = `http://127.0.0.1:${appPort}${program.health.path}`;
  const ports = processPorts(facts.processes);
  const instances = program.sharesPort
    ? ports.map((_, i) => ({ unit: `app@${i + 1}.service`, how: { http: url } }))
    : ports.map((port) => ({ unit: `app@${port}.service`, how: { command: processCheck(port) } }));
  return {
    files: { [path]: rootFile(appUnitText(own)) },
    services: instances.map(({ unit, how }) => ({
      unit,
      reloadFiles: [],
      restartFiles: [own.envPath, own.current, appSecretPaths.databaseCa, path, releaseStartPath],
      needs,
      // A start includes the health check, and the drain of the previous process.
      startTimeoutSeconds: Math.max(330, timeoutSeconds + 90),
      ...(trialSeconds > 0 ? { trialSeconds } : {}),
      health: { ...how, timeoutSeconds },
    })),
  };
}
