import { programPath } from "../bundle";
import { acmeUser } from "../edge-haproxy/https";
import { generatedNotice, text } from "../text";
import { computingSandbox, networkedSandbox } from "../unit-sandbox";

/** Directory of certificates and of the record of failed orders. */
export const acmeStore = "/var/lib/webstack-acme";

/**
 * Unit of the ACME client. A seed is stored before the start has ended, so that HAProxy, whose reload follows, finds it; a
 * full disk must not stop the client.
 *
 * @param credentials paths of the unit's credentials by the names that the program reads.
 * @param isSeeded true if the stack file has a certificate, which is one of the credentials.
 */
export function acmeUnit(credentials: Readonly<Record<string, string>>, isSeeded: boolean): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Certificates of the stack's names
    After=webstack-network-ready.service haproxy.service
    StartLimitIntervalSec=0

    [Service]
    User=${acmeUser}
    RuntimeDirectory=webstack-acme
    RuntimeDirectoryPreserve=yes
    ${isSeeded ? [`ExecStartPre=-/usr/bin/node ${programPath("acme-seed")}`] : []}
    ExecStart=/usr/bin/node ${programPath("acme")}
    ${Object.entries(credentials).map(([name, path]) => `LoadCredential=${name}:${path}`)}
    Restart=always
    RestartSec=5s
    ReadWritePaths=${acmeStore}
    ${networkedSandbox}
    ${computingSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
