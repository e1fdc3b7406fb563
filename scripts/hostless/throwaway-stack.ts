import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { ensureEngine } from "../../offline/engine";
import { inlineStack } from "../local/inline-stack";
import type { MemoryCloud } from "./memory-cloud";

/** A stack on a cloud without hosts. */
export interface ThrowawayStackArgs {
  /** Also its passphrase: it is thrown away. */
  name: string;
  /** Content of `Pulumi.yaml`. */
  project: object;
  program: PulumiFn;
  /** Says what is done about the engine, a line each. */
  say: (line: string) => void;
}

/** Makes a stack for the real engine on a local cloud without hosts; its state lies in the cloud's folder. */
export async function throwawayStack(
  cloud: MemoryCloud,
  { name, project, program, say }: ThrowawayStackArgs,
): Promise<{ stack: Stack; workDir: string }> {
  const engine = await ensureEngine({ progress: say });
  const [workDir, backend] = [join(cloud.folder, "project"), join(cloud.folder, "backend")];
  for (const folder of [workDir, backend]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(workDir, "Pulumi.yaml"), stringify(project));
  const place = { cloud: cloud.access, workDir, backend };
  const stack = await inlineStack({ name, program, engine, ...place, passphrase: name });
  return { stack, workDir };
}
