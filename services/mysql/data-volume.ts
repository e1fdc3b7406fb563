import { programFiles, programPath, rootFile, type BundleCheck, type BundlePart } from "../bundle";
import { generatedNotice, text } from "../text";

/** Volume with a database node's data. */
export interface DataVolume {
  /** Hetzner's id of the volume. */
  id: number;
  /** Size, GB. */
  sizeGb: number;
}

/** Unit that mounts the volume. */
export const dataUnit = "webstack-data.service";
/** Additional paths of a node with a volume. */
export const dataPaths = {
  /** Id of the volume. MySQL stays off while this file is missing. */
  id: "/etc/webstack/volume-id",
  /** Size of the volume, GB. */
  sizeGb: "/etc/webstack/volume-size-gb",
  /** On the server's own disk: id of the volume from which MySQL ran last, written before MySQL starts on a volume. */
  ranOn: "/var/lib/webstack/volume-id",
  unit: `/etc/systemd/system/${dataUnit}`,
} as const;

type DataPart = Required<Pick<BundlePart, "packages" | "files" | "services">>;

/** Seconds that a start may take: the first start copies all data to the volume. */
const startSeconds = 1_500;
const volumeRoot = "/var/lib/webstack-volume";
const dataDirectory = "/var/lib/mysql";

/** The step that mounts the volume before MySQL starts; it continues by itself when the volume comes late. */
export function dataVolumePart(
  volume: DataVolume,
  programs: Readonly<Record<string, string>>,
): DataPart {
  return {
    packages: ["e2fsprogs"],
    files: {
      ...programFiles(programs, "data"),
      [dataPaths.id]: rootFile(`${volume.id}\n`),
      [dataPaths.sizeGb]: rootFile(`${volume.sizeGb}\n`),
      [dataPaths.unit]: rootFile(dataUnitFile()),
    },
    services: [
      {
        unit: dataUnit,
        // A reload grows the file system; a restart would also stop MySQL.
        reloadFiles: [dataPaths.sizeGb, programPath("data"), dataPaths.unit],
        restartFiles: [dataPaths.id],
        needs: [dataPaths.id],
        startTimeoutSeconds: startSeconds,
      },
    ],
  };
}

function dataUnitFile(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Volume with the data of MySQL
    Before=mysql.service
    StartLimitIntervalSec=0

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=${startSeconds}
    # MySQL must see this mount, so the unit has no mount namespace of its own.
    ExecStart=/usr/bin/node ${programPath("data")} mount
    ExecReload=/usr/bin/node ${programPath("data")} grow
    ExecStopPost=-/usr/bin/umount --quiet ${dataDirectory}
    ExecStopPost=-/usr/bin/umount --quiet ${volumeRoot}
    Restart=on-failure
    RestartSec=10

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Lines, by section, that bind MySQL's unit to the volume. */
export const onVolume = {
  unit: [
    `Requires=${dataUnit}`,
    `After=${dataUnit}`,
    // On the server's own disk MySQL would begin a second database.
    `AssertPathIsMountPoint=${dataDirectory}`,
  ],
  service: [
    `ExecStartPre=+/bin/sh -c "cp ${dataPaths.id} ${dataPaths.ranOn} && sync ${dataPaths.ranOn}"`,
    // After MySQL's first start the copy is MySQL's data with an auto.cnf; a copy without one would be refused.
    `ExecStartPost=+/usr/bin/rm -f ${volumeRoot}/never-started`,
  ],
};

const noVolume = `test ! -e ${dataPaths.ranOn} || { echo 'The data of this node is on a volume: set db.volumeGb as it was.' >&2; exit 1; }`;

/** Lines, by section, of MySQL's unit on a node without a volume. */
export const onOwnDisk = {
  unit: [] as string[],
  service: [`ExecStartPre=/bin/sh -c "${noVolume}"`],
};

/** Check that refuses, before any change of the host, to move a node's data off its volume. */
export function noVolumeCheck(files: string[]): BundleCheck {
  return { files, command: ["/bin/sh", "-c", noVolume] };
}
