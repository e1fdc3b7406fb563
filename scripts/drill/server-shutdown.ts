import { waitUntil } from "../../rolling/wait-until";
import { cloudPost, cloudServers } from "../local/cloud";

/** Longest shutdown of a host, seconds: MySQL and systemd end in order. */
const shutdownSeconds = 120;

async function serverNamed(name: string) {
  return (await cloudServers()).find((one) => one.name === name)!;
}

async function power(action: "shutdown" | "poweron", name: string): Promise<void> {
  const { id } = await serverNamed(name);
  await cloudPost(`/servers/${id}/actions/${action}`, {});
}

/** Shuts a host down in order, as the button of the server does (ACPI). @throws Error if it stays on. */
export async function shutDown(name: string): Promise<void> {
  await power("shutdown", name);
  const isOff = async () => (await serverNamed(name)).status === "off" || undefined;
  await waitUntil(`${name} off`, isOff, { timeoutSeconds: shutdownSeconds });
}

/** Starts a host that is off. */
export function powerOn(name: string): Promise<void> {
  return power("poweron", name);
}
