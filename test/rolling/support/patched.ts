import { vi } from "vitest";
import { type Patched, patchNode, type PatchDependencies } from "../../../rolling/patching";
import type { FakePatchedHosts } from "./fake-patched-hosts";

/** Patches a node in fake time; resolves with the result, or with the error's message. */
export async function patched(
  hosts: FakePatchedHosts,
  name: string,
  different: Partial<PatchDependencies> = {},
): Promise<Patched | string> {
  const end = patchNode(hosts.world(different), hosts.node(name)).catch(
    (error: Error) => error.message,
  );
  await vi.advanceTimersByTimeAsync(2 * 3600_000);
  return end;
}
