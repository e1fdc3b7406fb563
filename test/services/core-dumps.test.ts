import { describe, expect, it } from "vitest";
import { appNode, contentOf, loadBalancer, webNode } from "./rendered";
import { databaseNode } from "./rendered-database";

const dropIn = "/etc/systemd/system/apport.service.d/webstack.conf";
const sysctl = "/etc/sysctl.d/90-webstack.conf";
const nodes = [loadBalancer(), webNode(), appNode(), databaseNode()].map(
  (bundle) => [bundle.node, bundle] as const,
);

describe.each(nodes)("dumps of processes on %s", (_, bundle) => {
  it("are not turned on again by Ubuntu's apport, which starts after the kernel's settings", () => {
    const text = contentOf(bundle, dropIn);
    // The unit that does not start for a condition counts as successful, and fails no target.
    expect(text).toContain(`[Unit]\nConditionPathExists=!${sysctl}\n`);
  });

  it("are not turned on by the stop of an apport that ran before", () => {
    // `apport --stop` sets the kernel's own pattern, `core`.
    expect(contentOf(bundle, dropIn)).toContain("[Service]\nExecStop=\n");
  });

  it("are off on a running host too once the drop-in is there", () => {
    const service = bundle.services.find(({ unit }) => unit === "systemd-sysctl.service")!;
    expect(service.restartFiles).toContain(dropIn);
    expect(contentOf(bundle, sysctl)).toContain("-kernel.core_pattern = |/usr/bin/false\n");
  });
});
