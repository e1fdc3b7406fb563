import { programPath } from "../host-program";
import { rootFile, type BundleCheck, type BundlePart } from "../bundle";
import { generatedNotice } from "../notice";
import { text } from "../text";

/** Volume that holds a database node's data. */
export interface DataVolume {
  /** Its id in the cloud. */
  id: number;
  /** Its size, GB. */
  sizeGb: number;
}

/** Unit that puts the volume in place. */
export const dataUnit = "webstack-data.service";
/** Paths that a node with a volume has besides. */
export const dataPaths = {
  /** Id of the volume. MySQL stays off until it is there. */
  id: "/etc/webstack/volume-id",
  /** Size of the volume, GB. */
  sizeGb: "/etc/webstack/volume-size-gb",
  /** On the server's own disk: volume from which MySQL ran last, noted before it starts there. */
  ranOn: "/var/lib/webstack/volume-id",
  unit: `/etc/systemd/system/${dataUnit}`,
} as const;

type DataPart = Required<Pick<BundlePart, "packages" | "files" | "services">>;

/** Seconds that a start may take: a copy of all data is part of the first one. */
const startSeconds = 1_500;
const volumeRoot = "/var/lib/webstack-volume";
const dataDirectory = "/var/lib/mysql";

/** The step before MySQL that mounts the volume; it goes on by itself when the volume comes late. */
export function dataVolumePart(volume: DataVolume, program: string): DataPart {
  return {
    packages: ["e2fsprogs"],
    files: {
      [programPath("data")]: rootFile(program),
      [dataPaths.id]: rootFile(`${volume.id}\n`),
      [dataPaths.sizeGb]: rootFile(`${volume.sizeGb}\n`),
      [dataPaths.unit]: rootFile(dataUnitFile()),
    },
    services: [
      {
        unit: dataUnit,
        // A reload lets the file system grow; a restart would take MySQL with it.
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
    # What is mounted here must be seen by MySQL: no mount namespace of its own.
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

/** Lines of MySQL's unit that tie it to the volume, by section. */
export const onVolume = {
  unit: [
    `Requires=${dataUnit}`,
    `After=${dataUnit}`,
    // On the server's own disk it would begin a second database.
    `AssertPathIsMountPoint=${dataDirectory}`,
  ],
  service: [
    `ExecStartPre=+/bin/sh -c "cp ${dataPaths.id} ${dataPaths.ranOn} && sync ${dataPaths.ranOn}"`,
    // From now on the copy is data, which has its auto.cnf: one without would be refused.
    `ExecStartPost=+/usr/bin/rm -f ${volumeRoot}/never-started`,
  ],
};

const noVolume = `test ! -e ${dataPaths.ranOn} || { echo 'The data of this node is on a volume: set db.volumeGb as it was.' >&2; exit 1; }`;

/** Lines of MySQL's unit on a node without a volume, by section. */
export const onOwnDisk = {
  unit: [] as string[],
  service: [`ExecStartPre=/bin/sh -c "${noVolume}"`],
};

/** Refuses to take a node off its volume, before anything is changed. */
export function noVolumeCheck(files: string[]): BundleCheck {
  return { files, command: ["/bin/sh", "-c", noVolume] };
}
