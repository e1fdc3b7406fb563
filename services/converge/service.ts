import { programFiles, programPath, rootFile } from "../bundle";
import type { Service } from "../service";
import { unitCheck } from "../unit-files";
import { generatedNotice, text } from "../text";

/** Facts about a node that converge's part depends on. */
export interface ConvergeFacts {
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const root0755 = { owner: "root", group: "root", mode: "0755" };

/** The program that brings a host to its wanted state, with Node and the directories of all host programs. */
export const converge: Service<ConvergeFacts> = {
  name: "converge",
  openings: [],
  part: ({ programs }) => ({
    packages: ["nodejs"],
    directories: {
      "/etc/webstack": root0755,
      "/usr/local/lib/webstack": root0755,
      "/var/lib/webstack": root0755,
    },
    files: {
      ...programFiles(programs, "converge"),
      [recoverUnit]: rootFile(recoverService(programPath("converge"))),
    },
    checks: [unitCheck([], [], [recoverUnit])],
    services: [
      {
        unit: "webstack-converge-recover.service",
        reloadFiles: [],
        restartFiles: [recoverUnit],
        needs: [],
      },
    ],
  }),
};

/** Path of the unit that undoes an interrupted change at boot. */
const recoverUnit = "/etc/systemd/system/webstack-converge-recover.service";

/**
 * Renders the unit that undoes a change interrupted by a power failure, before the services that read the
 * files: nftables and sysctl start earlier than the basic system. No unit requires it, so that a
 * host on which it fails can still be reached and repaired. While converge itself starts the unit,
 * the record belongs to the running change, and the program leaves it alone.
 *
 * @param program - Path of converge on the host.
 */
function recoverService(program: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Undo a change of the configuration that was interrupted
    DefaultDependencies=no
    After=local-fs.target
    Before=sysinit.target systemd-sysctl.service nftables.service shutdown.target
    Conflicts=shutdown.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=120
    ExecStart=/bin/sh -c "test ! -e /var/lib/webstack/swap/record.json || exec /usr/bin/node ${program} recover"

    [Install]
    WantedBy=sysinit.target
  `;
}
