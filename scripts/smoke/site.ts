import type { Settings } from "../../config";
import type { StackOutputs } from "../operate/outputs";
import type { Site } from "./smoke";

/** What of a stack is asked, by its outputs and its settings. */
export function siteOf(
  { url, floatingIp, nodes }: Pick<StackOutputs, "url" | "floatingIp" | "nodes">,
  { app, edgeTls }: Pick<Settings, "edgeTls"> & { app: Pick<Settings["app"], "health" | "site"> },
): Site {
  const isTrusted = edgeTls.mode === "acme" || edgeTls.mode === "pem";
  const { path, status } = app.health;
  const health = { path, ...(status === undefined ? {} : { status }) };
  return {
    ...{ url, address: floatingIp.ipv4, names: isTrusted ? edgeTls.domains : [] },
    ...(app.site.only ? {} : { health }),
    loadBalancers: nodes
      .filter(({ role }) => role === "lb")
      .map(({ name, publicIp }) => ({ name, publicIp })),
  };
}
