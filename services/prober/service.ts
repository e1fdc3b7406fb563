import { programFiles, programPath, rootFile } from "../bundle";
import { edgeCertificatePath } from "../edge-haproxy/https";
import { edgeHealthPath } from "../keepalived/keepalived-conf";
import { generatedNotice, text } from "../text";
import type { Service } from "../service";
import { closedSandbox } from "../unit-sandbox";

/** Facts about a node that the prober's part depends on. */
export interface ProberFacts {
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const unitPath = "/etc/systemd/system/webstack-prober.service";

/** The prober, which reports to keepalived whether HAProxy serves requests. */
export const prober: Service<ProberFacts> = {
  name: "prober",
  openings: [],
  part: ({ programs }) => ({
    files: {
      ...programFiles(programs, "prober"),
      [unitPath]: rootFile(proberUnit()),
    },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-prober.service",
        reloadFiles: [],
        restartFiles: [programPath("prober"), unitPath],
        // Without a certificate HAProxy does not run.
        needs: [edgeCertificatePath],
      },
    ],
  }),
};

/** Renders the unit of the prober, which checks HAProxy with real requests. */
function proberUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Health of this load balancer, for keepalived
    Before=keepalived.service
    StartLimitIntervalSec=0

    [Service]
    # The file exists before keepalived reads it, and says bad from a boot until probes succeed.
    ExecStartPre=/bin/sh -c "[ -e ${edgeHealthPath} ] || echo 1 > ${edgeHealthPath}"
    ExecStart=/usr/bin/node ${programPath("prober")}
    RuntimeDirectory=webstack
    RuntimeDirectoryMode=0755
    RuntimeDirectoryPreserve=yes
    Restart=always
    RestartSec=200ms
    # A prober without processor time would report a healthy HAProxy as dead.
    Nice=-15
    CPUWeight=10000
    OOMScoreAdjust=-800
    NoNewPrivileges=yes
    ProtectSystem=strict
    ReadWritePaths=/run/webstack
    ProtectHome=yes
    PrivateTmp=yes
    PrivateDevices=yes
    CapabilityBoundingSet=
    RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
    SystemCallFilter=@system-service
    ${closedSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
