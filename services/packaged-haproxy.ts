import { alwaysRestarted } from "./always-restarted";
import { type BundleHealth, rootFile } from "./bundle";
import type { ServicePart } from "./service";
import { proxySandbox } from "./unit-sandbox";

/** Configuration of the distribution's HAProxy. */
export const haproxyConfigPath = "/etc/haproxy/haproxy.cfg";
const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/**
 * Part of a service that runs the distribution's HAProxy with the given configuration.
 *
 * @param health health check. @default systemd's state `active` is enough
 * @param needs secret files that HAProxy reads at a start and at a reload.
 */
export function packagedHaproxy(
  config: string,
  health?: BundleHealth,
  needs: readonly string[] = [],
): ServicePart {
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
      },
    ],
  };
}
