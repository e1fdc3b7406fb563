import { localCloud } from "../local/cloud";
import { loadBalancers } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Endpoint of the cloud's API, as hosts reach it. */
const endpoint = "http://198.18.2.1/v1";
const directory = "/etc/usual-recipe";
const dropIn = "/etc/systemd/system/keepalived.service.d/zz-usual-recipe.conf";

/** Ids that the recipe needs. */
export interface RecipeIds {
  /** Id of the floating IP. */
  floatingIp: number;
  /** Ids of the load balancers by name. */
  servers: Readonly<Record<string, number>>;
}

/**
 * keepalived's configuration in published recipes for floating IPs: VRRPv2 with its defaults, `pgrep` as
 * health check, fail-back by priority, and a script that unassigns, then assigns, at most ten times.
 * Source: hetzneronline/community-content, tutorial configure-cloud-ha-keepalived (facts only).
 */
function keepalivedConf(privateIp: string, peerIp: string, priority: number): string {
  return `global_defs {
  script_user root
}
vrrp_script haproxy {
  script "/usr/bin/pgrep haproxy"
  interval 2
}
vrrp_instance edge {
  state ${priority > 150 ? "MASTER" : "BACKUP"}
  interface enp7s0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  unicast_src_ip ${privateIp}
  unicast_peer {
    ${peerIp}
  }
  track_script {
    haproxy
  }
  notify_master ${directory}/take
}
`;
}

function takeScript(floatingIp: number, server: number): string {
  const call = `curl -sf -X POST -H "Authorization: Bearer $(cat ${directory}/token)" -H "Content-Type: application/json"`;
  const actions = `${endpoint}/floating_ips/${floatingIp}/actions`;
  return `#!/bin/sh
for n in 1 2 3 4 5 6 7 8 9 10; do
  ${call} -d '{}' ${actions}/unassign
  ${call} -d '{"server":${server}}' ${actions}/assign && exit 0
  sleep 3
done
exit 1
`;
}

function written(path: string, text: string, mode: string): string {
  const encoded = Buffer.from(text).toString("base64");
  return `echo ${encoded} | base64 -d | sudo tee ${path} >/dev/null; sudo chmod ${mode} ${path}`;
}

/** Replaces the stack's own programs by the usual recipe on both load balancers. */
export async function installRecipe(outputs: StackOutputs, ids: RecipeIds): Promise<void> {
  const names = loadBalancers(outputs);
  const ip = (name: string) => outputs.nodes.find((node) => node.name === name)!.privateIp;
  for (const [i, name] of names.entries()) {
    const peer = names.find((other) => other !== name)!;
    const conf = keepalivedConf(ip(name), ip(peer), i === 0 ? 200 : 100);
    const start = `ExecStart=/usr/sbin/keepalived --dont-fork -f ${directory}/keepalived.conf`;
    await runOnNode(
      outputs,
      name,
      [
        `sudo mkdir -p ${directory}`,
        written(`${directory}/token`, localCloud().token, "0600"),
        written(`${directory}/keepalived.conf`, conf, "0644"),
        written(`${directory}/take`, takeScript(ids.floatingIp, ids.servers[name]!), "0700"),
        written(dropIn, `[Service]\nType=simple\nExecStart=\n${start}\n`, "0644"),
        "sudo systemctl disable --quiet --now webstack-mover webstack-prober",
        "sudo systemctl daemon-reload",
        "sudo systemctl restart keepalived",
      ].join("; "),
      60_000,
    );
  }
}

/** Restores the stack's own programs on both load balancers. */
export async function removeRecipe(outputs: StackOutputs): Promise<void> {
  for (const name of loadBalancers(outputs)) {
    await runOnNode(
      outputs,
      name,
      [
        `sudo rm -rf ${directory} ${dropIn}`,
        "sudo systemctl daemon-reload",
        "sudo systemctl enable --quiet --now webstack-prober webstack-mover",
        "sudo systemctl restart keepalived",
      ].join("; "),
      60_000,
    );
  }
}
