import type { BundleService } from "../../services/bundle";

/** Directory of runtimes on the hosts. */
const runtimes = "/srv/runtime/";

/**
 * The text of a unit without what the runtime of a release says there: its path with variables, and whether a
 * program is looked for in it.
 */
export function withoutRuntime(text: string): string {
  return text
    .replace(/^Environment=PATH=.*$/m, "Environment=PATH=")
    .replace(/^ExecStart=\/usr\/bin\/(?:env )?node /m, "ExecStart=node ");
}

/** The same for a service: whether it waits for the runtime. */
export function serviceWithoutRuntime({ needs = [], ...service }: BundleService): BundleService {
  return { ...service, needs: needs.filter((path) => !path.startsWith(runtimes)) };
}

/** The same for packages: a runtime may need its own, and one taken away stays installed. */
export function withoutRuntimePackages(packages: readonly string[] = []): string[] {
  return packages.filter((name) => name !== "python3");
}
