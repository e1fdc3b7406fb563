import { execFileSync } from "node:child_process";
import { cloudAct, type CloudProject } from "../../rolling/cloud-api";
import { localCloud } from "../local/cloud";
import { repositoryRoot } from "../local/paths";

const officialEndpoint = "https://api.hetzner.cloud/v1";

function setting(key: string, stack: string): string | undefined {
  const words = ["config", "get", key, "--stack", stack];
  const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
  try {
    return execFileSync("pulumi", words, { cwd: repositoryRoot, encoding: "utf8", stdio }).trim();
  } catch {
    return undefined;
  }
}

/** The project of a stack, from the stack's settings; without a name the project of the local cloud. */
export function cloudProject(stack: string | undefined): CloudProject {
  if (stack === undefined) return localCloud();
  const token = setting("hcloud:token", stack) ?? process.env.HCLOUD_TOKEN;
  if (!token) throw new Error(`stack ${stack} has no hcloud:token, and HCLOUD_TOKEN is not set`);
  const own = setting("hcloud:endpoint", stack) ?? process.env.HCLOUD_ENDPOINT;
  return { endpoint: own ?? officialEndpoint, token };
}

/**
 * Deletes a server, protected or not; a missing server is no error. The server's volumes stay.
 * https://docs.hetzner.cloud/reference/cloud#server-actions-change-server-protection
 */
export async function deleteServer(project: CloudProject, id: number): Promise<void> {
  // The API requires both protections of a server to be equal.
  const open = { delete: false, rebuild: false };
  const path = `/servers/${id}`;
  await cloudAct(project, "POST", `${path}/actions/change_protection`, open);
  await cloudAct(project, "DELETE", path);
}

/**
 * Reboots a server by ACPI, as its own `reboot` would; resolves when the cloud has asked the server for it.
 * https://docs.hetzner.cloud/reference/cloud#server-actions-soft-reboot-a-server
 *
 * @throws Error if the server does not exist.
 */
export async function rebootServer(project: CloudProject, id: number): Promise<void> {
  if (await cloudAct(project, "POST", `/servers/${id}/actions/reboot`)) return;
  throw new Error(`there is no server ${id} in the cloud; run \`pulumi refresh\``);
}
