import { z } from "zod";
import { labelSelector } from "../resources/naming";
import { type CloudProject, cloudCall } from "../rolling/cloud-api";
import { waitUntil } from "../rolling/wait-until";
import { parseCommandLine, ownBlock } from "./admin/command-line";
import { close, open } from "./admin/command";
import { takesSsh } from "./doctor/this-machine";
import { addressInLocalCloud, localStackName, projectName } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { cloudProject } from "./operate/cloud-project";

/** Time for a rule to take effect, seconds. */
const effectSeconds = 60;

const serversShape = z.object({
  servers: z.array(
    z.object({ public_net: z.object({ ipv4: z.object({ ip: z.string() }).nullable() }) }),
  ),
});

async function loadBalancerIps(project: CloudProject, stack: string): Promise<string[]> {
  const selector = `${labelSelector({ project: projectName(), stack })},role=lb`;
  const path = `/servers?label_selector=${encodeURIComponent(selector)}`;
  const { servers } = serversShape.parse(await cloudCall(project, "GET", path));
  return servers.flatMap(({ public_net: { ipv4 } }) => ipv4?.ip ?? []);
}

/**
 * `npm run admin:open -- [--stack <name>] [--minutes <number>] [--address <address>]`: lets SSH from this machine pass
 * the cloud's firewall to the load balancers for some minutes, beside `admin.cidrs`. If SSH then still does not
 * connect, the command removes the rule again.
 */
async function main(): Promise<void> {
  const { stack: named, address, minutes } = parseCommandLine("open", process.argv.slice(2));
  const stack = chosenStack(named);
  const project = cloudProject(stack);
  const block = await ownBlock(address ?? (stack === undefined ? addressInLocalCloud : undefined));
  const ips = await loadBalancerIps(project, (stack ?? localStackName).split("/").at(-1)!);
  if (ips.length === 0) {
    const fix = "make the first up from an address in admin.cidrs";
    throw new Error(`the project of the token has no load balancer of the stack; ${fix}`);
  }
  const opening = { project, stack, say: (line: string) => console.log(line) };
  await open(opening, block, minutes);
  const reached = async () =>
    (await Promise.all(ips.map(takesSsh))).includes(true) ? true : undefined;
  try {
    const what = `a connection to SSH of a load balancer (${ips.join(", ")})`;
    await waitUntil(what, reached, { timeoutSeconds: effectSeconds, intervalMs: 2_000 });
  } catch (error) {
    await close(opening);
    throw error;
  }
}

main().catch((error: Error) => {
  console.error(`admin:open stopped: ${error.message}`);
  process.exitCode = 1;
});
