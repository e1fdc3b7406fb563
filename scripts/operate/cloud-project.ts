import { execFileSync } from "node:child_process";
import { z } from "zod";
import { cloudAct, cloudCall, type CloudProject } from "../../rolling/cloud-api";
import { localCloud } from "../local/cloud";
import { repositoryRoot } from "../local/paths";

const officialEndpoint = "https://api.hetzner.cloud/v1";
/** Longest rebuild of a server by the cloud, seconds; not measured on the real one. */
const rebuildSeconds = 600;

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
  if (!token) {
    throw new Error(
      `stack ${stack} has no readable hcloud:token, and HCLOUD_TOKEN is not set; store one with: ` +
        `pulumi config set --secret hcloud:token --stack ${stack}`,
    );
  }
  const own = setting("hcloud:endpoint", stack) ?? process.env.HCLOUD_ENDPOINT;
  return { endpoint: own ?? officialEndpoint, token };
}

/** Protection of a server that may be deleted and rebuilt. The API requires both to be equal. */
const open = { delete: false, rebuild: false };

/**
 * Deletes a server, protected or not; a missing server is no error. The server's volumes stay.
 * https://docs.hetzner.cloud/reference/cloud#server-actions-change-server-protection
 */
export async function deleteServer(project: CloudProject, id: number): Promise<void> {
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

const serverShape = z.object({
  server: z.object({
    image: z.object({ id: z.number() }).nullable(),
    protection: z.object({ rebuild: z.boolean() }),
  }),
});

/** What a rebuild of a server needs, as the API reports it now. */
export interface Rebuildable {
  imageId: number;
  isProtected: boolean;
}

/**
 * The image that a server was made from, and its protection.
 *
 * @throws Error if there is no such server, or its image is gone.
 */
export async function rebuildable(project: CloudProject, id: number): Promise<Rebuildable> {
  const answer = await cloudCall(project, "GET", `/servers/${id}`);
  if (answer === undefined) {
    throw new Error(
      `there is no server ${id} in the cloud; run up with --refresh, which makes it again`,
    );
  }
  const { image, protection } = serverShape.parse(answer).server;
  if (image === null)
    throw new Error(`the image of server ${id} is gone; npm run roll takes another one`);
  return { imageId: image.id, isProtected: protection.rebuild };
}

/**
 * Empties a server's disk and starts the server from its image with new user data, protected or not. Id,
 * addresses and networks stay. https://docs.hetzner.cloud/changelog#2026-01-16-server-rebuild-with-user-data
 */
export async function rebuildDisk(
  project: CloudProject,
  id: number,
  { imageId: image, isProtected }: Rebuildable,
  userData: string,
): Promise<void> {
  const path = `/servers/${id}/actions`;
  if (isProtected) await cloudAct(project, "POST", `${path}/change_protection`, open);
  const body = { image, user_data: userData };
  await cloudAct(project, "POST", `${path}/rebuild`, body, rebuildSeconds);
}
