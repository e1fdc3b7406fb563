import { alwaysRestarted } from "./always-restarted";
import { type BundleHealth, rootFile } from "./bundle";
import type { ServicePart } from "./service";
import { proxySandbox } from "./unit-sandbox";

const configPath = "/etc/haproxy/haproxy.cfg";
const dropInPath = "/etc/systemd/system/haproxy.service.d/webstack.conf";

/**
 * Part of a service that runs the distribution's HAProxy with the given configuration.
 *
 * @param health health check. @default systemd's state `active` is enough
 */
export function packagedHaproxy(config: string, health?: BundleHealth): ServicePart {
  return {
    packages: ["haproxy"],
    files: {
      [configPath]: rootFile(config),
      [dropInPath]: rootFile(alwaysRestarted(100, proxySandbox)),
    },
    checks: [{ files: [configPath], command: ["/usr/sbin/haproxy", "-c", "-f", configPath] }],
    unitFiles: { dropIns: [dropInPath], packaged: ["haproxy.service"] },
    services: [
      {
        unit: "haproxy.service",
        reloadFiles: [configPath],
        restartFiles: [dropInPath],
        needs: [],
        ...(health ? { health } : {}),
      },
    ],
  };
}
