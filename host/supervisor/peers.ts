import { get } from "node:http";
import type { NodeState } from "./view";

/** Longest wait for a peer's answer, milliseconds. */
const timeoutMs = 800;

function ask<T>(url: string): Promise<T | undefined> {
  return new Promise((resolve) => {
    const call = get(url, { timeout: timeoutMs, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", () => resolve(undefined));
      response.on("end", () => {
        try {
          resolve(response.statusCode === 200 ? (JSON.parse(text) as T) : undefined);
        } catch {
          resolve(undefined);
        }
      });
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(undefined));
  });
}

/** What the peers say of themselves; those that do not answer are left out. */
export async function askPeers(addresses: readonly string[]): Promise<NodeState[]> {
  const answers = await Promise.all(
    addresses.map((address) => ask<NodeState>(`http://${address}:9200/state`)),
  );
  return answers.filter((answer) => answer !== undefined);
}

/** How many peers grant this node the claim to bootstrap. */
export async function askClaims(addresses: readonly string[], node: string): Promise<number> {
  const answers = await Promise.all(
    addresses.map((address) =>
      ask<{ granted: boolean }>(`http://${address}:9200/claim?by=${node}`),
    ),
  );
  return answers.filter((answer) => answer?.granted).length;
}
