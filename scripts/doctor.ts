import { Resolver } from "node:dns/promises";
import { existsSync } from "node:fs";
import { readProject } from "../config/secrets";
import { callsTo } from "../doctor/api";
import type { Resolve } from "../doctor/domain-names";
import { examine, type Subject } from "../doctor/examine";
import { fails, lines } from "../doctor/finding";
import { type DoctorOptions, parseCommandLine } from "./doctor/command-line";
import { ownAddress, toolsHere } from "./doctor/this-machine";
import { settingsOf, standIn } from "./doctor/settings";
import { stackPart } from "./doctor/stack";
import { stackFileName } from "./deploy/stack-file";
import { localTarget } from "./local/backups";
import { cloudAnswers, localCloud } from "./local/cloud";
import { addressInLocalCloud, localPaths, localStackName, projectName } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { operatorStore } from "./restore/operator-store";

const resolve: Resolve = async (name, family) => {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  const found = family === "ipv4" ? resolver.resolve4(name) : resolver.resolve6(name);
  return found.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENODATA" || error.code === "ENOTFOUND") return [];
    throw error;
  });
};

/** The local stack. The doctor creates nothing that the first `up:local` would create. */
async function localSubject(now: Date): Promise<Partial<Subject> & ReturnType<typeof stackPart>> {
  const name = stackFileName(localStackName);
  const found = settingsOf(localStackName);
  const values = { ...found.values, "hcloud:token": standIn };
  const part = stackPart(name, { ...found, values }, now);
  const answers = existsSync(localPaths.tokens) && (await cloudAnswers());
  if (!answers) {
    const text = "the local cloud does not run";
    return {
      ...part,
      bucket: "unknown",
      noCloud: { text, fix: "start it with the stack: npm run up:local" },
    };
  }
  const { endpoint, token } = localCloud();
  const bucket = existsSync(localPaths.storage) ? operatorStore(localTarget()) : "unknown";
  const setting = "the token of the local cloud";
  const fix = "heal the faults of the local cloud: npm run fault -- heal";
  return { ...part, tokens: [{ setting, call: callsTo(endpoint, token), fix }], bucket };
}

async function subjectOf({ stack, address, limits }: DoctorOptions): Promise<Subject> {
  const now = new Date();
  const isLocal = stack === undefined;
  const name = isLocal ? localStackName : stack.split("/").at(-1)!;
  const shared = {
    identity: { project: projectName(), stack: name },
    tools: toolsHere(isLocal),
    limits,
    now,
  };
  if (isLocal) {
    const own = { address: address ?? addressInLocalCloud, isCertain: true };
    return { ...shared, ownAddress: async () => own, ...(await localSubject(now)) };
  }
  const part = stackPart(stackFileName(stack), settingsOf(stack), now);
  const { endpoint } = readProject();
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint;
  return {
    ...shared,
    ...part,
    resolve,
    ownAddress: (loadBalancers) => ownAddress(address, host, loadBalancers),
  };
}

/**
 * `npm run doctor [-- --stack <name>] [--address <address>] [--limit <kind>=<number>]`: lists everything that would
 * make an `up` fail, with the remedy for each. The command creates and changes nothing; only an access key that may delete
 * leaves a delete marker of a random name in its bucket. Status 1 if an `up` would fail.
 */
async function main(): Promise<void> {
  const order = parseCommandLine(process.argv.slice(2));
  const stack = chosenStack(order.stack, { beforeUp: true });
  const findings = await examine(await subjectOf({ ...order, stack }));
  for (const line of lines(findings)) console.log(line);
  if (fails(findings)) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
