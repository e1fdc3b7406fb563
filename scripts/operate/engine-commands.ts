import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEngine } from "../../offline/engine";
import { localPaths, localStackName, repositoryRoot } from "../local/paths";

/** Runs `pulumi` with these arguments on one stack; returns its output. @throws Error if it fails. */
type Pulumi = (...words: string[]) => string;

/** The command line of a stack's engine. Standard error is dropped: it may quote what it reads. */
export async function pulumiOf(
  stack: string | undefined,
): Promise<{ pulumi: Pulumi; folder: string }> {
  const engine = stack === undefined ? await ensureEngine({ progress: () => {} }) : undefined;
  const folder = engine ? localPaths.project : repositoryRoot;
  const env = engine && {
    ...process.env,
    ...engine.env,
    PULUMI_HOME: engine.pulumiHome,
    PULUMI_BACKEND_URL: `file://${localPaths.backend}`,
    PULUMI_CONFIG_PASSPHRASE: readFileSync(localPaths.passphrase, "utf8"),
  };
  const command = engine?.cliRoot ? join(engine.cliRoot, "bin", "pulumi") : "pulumi";
  const pulumi: Pulumi = (...words) => {
    const all = [...words, "--stack", stack ?? localStackName, "--non-interactive"];
    const options = { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 } as const;
    const { status, stdout, error } = spawnSync(command, all, {
      ...options,
      ...(env ? { env } : {}),
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (status === 0) return stdout;
    const end = (error as NodeJS.ErrnoException | undefined)?.code ?? status;
    throw new Error(`pulumi ${all.join(" ")} ended with ${end}; run it to see why`);
  };
  return { pulumi, folder };
}

/** The command that refreshes a stack from the cloud and the hosts, and applies its stack file. */
function upCommand(stack: string | undefined): string[] {
  if (stack === undefined) return ["npm", "run", "--silent", "up:local", "--", "--refresh"];
  // Before its update it removes what an interrupted command created and did not record.
  const words = ["--refresh", "--yes", "--skip-preview", "--stack", stack];
  return ["npm", "run", "--silent", "up", "--", ...words];
}

/** Runs `up` with a refresh, which creates missing resources again. @throws Error if it fails. */
export function upAgain(stack: string | undefined): Promise<void> {
  const [program = "", ...words] = upCommand(stack);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: repositoryRoot, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) return resolve();
      reject(new Error(`${[program, ...words].join(" ")} failed; run it again to go on`));
    });
  });
}
