import { programPath } from "../host-program";
import { generatedNotice } from "../notice";
import { text } from "../text";
import { closedSandbox, networkedSandbox } from "../unit-sandbox";
import { archiverUser } from "./accounts";

/** Path of the archiver's unit file. */
export const archiverPath = "/etc/systemd/system/webstack-archiver.service";

/** Sandbox of the programs that compress, encrypt and upload. A refused system call must not end one of their tools. */
export const uploadingSandbox = [
  ...networkedSandbox.filter((line) => !line.startsWith("OOMScoreAdjust")),
  ...closedSandbox,
  "SystemCallErrorNumber=EPERM",
];

/** Renders the archiver's unit. `secret`: path of the file with the secret of the bucket. */
export function archiverUnit(secret: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Archiver of the binary log
    After=webstack-network-ready.service mysql.service
    StartLimitIntervalSec=0

    [Service]
    User=${archiverUser}
    ExecStart=/usr/bin/node ${programPath("archiver")}
    LoadCredential=secret:${secret}
    RuntimeDirectory=webstack-archiver
    RuntimeDirectoryMode=0755
    UMask=0022
    Restart=always
    RestartSec=2
    # It compresses and encrypts, and must not take the processor from MySQL.
    Nice=5
    ${uploadingSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
