import type { Drift, Preview } from "../../preview/model";
import { npmScript } from "../local/processes";
import type { StackNode, StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import type { Measured } from "./drill";
import { edited, expectChanged, hostDigests } from "./edit-watch";
import { nothingLeft, upDone } from "./up";

/** A file of a host that the drill edits by hand. */
export interface HandEdit {
  node: string;
  path: string;
}

/** Appends a comment, which each of the services accepts. */
const appendComment = (path: string) => `echo '# by hand' | sudo tee --append ${path} >/dev/null`;

/** One file on each of five hosts of all tiers. @throws Error if a tier has too few nodes. */
export function handEdits(nodes: readonly StackNode[]): HandEdit[] {
  const nth = (role: StackNode["role"], n: number) => {
    const found = nodes.filter((node) => node.role === role)[n - 1];
    if (!found) throw new Error(`this drill needs ${role}-${n}; bring the stack of the file up`);
    return found.name;
  };
  return [
    { node: nth("lb", 2), path: "/etc/haproxy/haproxy.cfg" },
    { node: nth("web", 1), path: "/etc/nginx/nginx.conf" },
    { node: nth("web", 2), path: "/etc/nftables.conf" },
    { node: nth("app", 1), path: "/etc/webstack/app.env" },
    { node: nth("db", 2), path: "/etc/mysql/mysql.conf.d/zz-webstack.cnf" },
  ];
}

/** @throws Error with the found drift, if that is not exactly one changed file for each edit. */
export function expectDrift(found: readonly Drift[], edits: readonly HandEdit[]): void {
  const changes = found.flatMap(({ what, isGone, files, values }) =>
    files.length === 0
      ? [`${what} ${isGone ? "is gone" : values.join(", ")}`]
      : files.map(({ path, kind }) => `${what} ${path} ${kind}`),
  );
  const wanted = edits.map(({ node, path }) => `${node} ${path} changed`);
  if (changes.sort().join() === wanted.sort().join()) return;
  throw new Error(
    `the refresh found ${changes.join("; ") || "nothing"}, wanted ${wanted.join("; ")}`,
  );
}

/** The drift that a refresh finds, as `npm run drift` reads it. */
async function drift(): Promise<Drift[]> {
  let output = "";
  const hear = (text: string) => (output += text);
  const status = await npmScript("preview", ["--refresh", "--json"], { hear, showsErrors: true });
  if (status !== 0) throw new Error(`npm run preview ended with ${status}`);
  return (JSON.parse(output) as Preview).drift;
}

/** Edits five hosts by hand, looks for exactly these edits, and heals them. */
async function healed(outputs: StackOutputs, mark: (text: string) => void): Promise<string> {
  const edits = handEdits(outputs.nodes);
  const nodes = edits.map(({ node }) => node);
  const before = await hostDigests(outputs);
  mark("by hand");
  for (const { node, path } of edits) await runOnNode(outputs, node, appendComment(path));
  expectChanged("edits by hand", before, await hostDigests(outputs), nodes);
  expectDrift(await drift(), edits);
  mark("up");
  const { steps, configured, tookSeconds } = await upDone("--refresh");
  const kinds = Object.keys(steps).filter((kind) => kind !== "refresh");
  const isExact = kinds.join() === "update" && steps.update === nodes.length;
  if (!isExact || [...configured].sort().join() !== [...nodes].sort().join()) {
    throw new Error(`up made ${JSON.stringify(steps)} on ${configured.join(", ")}`);
  }
  expectChanged("up", before, await hostDigests(outputs), []);
  await nothingLeft();
  return `${nodes.join(", ")} healed in ${tookSeconds.toFixed(1)} s`;
}

/** Edits five hosts by hand under load; a refresh must find exactly these edits, and `up` must heal exactly them. */
export async function byHand(outputs: StackOutputs): Promise<Measured> {
  let seen = "";
  const measured = await edited(outputs, false, async (mark) => {
    seen = await healed(outputs, mark);
  });
  return { ...measured, notes: [seen, ...(measured.notes ?? [])] };
}
