import { alwaysRestarted } from "./always-restarted";
import { type BundleAside, type BundleHealth, rootFile } from "./bundle";
import type { ServicePart } from "./service";
import { proxySandbox } from "./unit-sandbox";

/** Configuration of the distribution's HAProxy. */
export const haproxyConfigPath = "/etc/haproxy/haproxy.cfg";
const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/** How the distribution's HAProxy is run. */
export interface PackagedHaproxy {
  /** Whole configuration. */
  config: string;
  /** Health check. @default systemd's state `active` is enough */
  health?: BundleHealth;
  /** Secret files that HAProxy reads at a start and at a reload. @default none */
  needs?: readonly string[];
  /** What comes before a restart. @default nothing: no other node could take the work */
  aside?: BundleAside | undefined;
}

/** Part of a service that runs the distribution's HAProxy with the given configuration. */
export function packagedHaproxy({
  config,
  health,
  needs = [],
  aside,
}: PackagedHaproxy): ServicePart {
  const read = [haproxyConfigPath, ...needs];
  return {
    packages: ["haproxy"],
    files: {
      [haproxyConfigPath]: rootFile(config),
      [dropInPath]: rootFile(alwaysRestarted(100, proxySandbox)),
    },
    checks: [
      {
        files: read,
        command: ["/usr/sbin/haproxy", "-c", "-f", haproxyConfigPath],
        ...(needs.length > 0 ? { needs: [...needs] } : {}),
      },
    ],
    unitFiles: { dropIns: [dropInPath], packaged: ["haproxy.service"] },
    services: [
      {
        unit: "haproxy.service",
        reloadFiles: read,
        restartFiles: [dropInPath],
        needs: [...needs],
        ...(health ? { health } : {}),
        ...(aside ? { aside } : {}),
      },
    ],
  };
}
