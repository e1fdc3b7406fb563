import { loadBalancers } from "../operate/edge";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Counters of a load balancer's HAProxy since the start of its process. */
export interface EdgeCounters {
  /** Process id; the counters of another process begin at 0. */
  pid: number;
  /** Responses with status 500 and above to visitors, including the app's own. */
  failedAnswers: number;
  /** Failed connections to web nodes. */
  connectErrors: number;
  /** Interrupted responses of web nodes. */
  responseErrors: number;
  /** Retried requests, also those to another web node. */
  retries: number;
}

/** Command that queries HAProxy, as root: a one-line program, since hosts have no other client for Unix sockets. */
const ask =
  "echo 'show info;show stat' | sudo node -e '" +
  'const s=require("net").connect("/run/haproxy/admin.sock");s.setTimeout(5000,()=>s.destroy());' +
  "process.stdin.pipe(s).pipe(process.stdout)'";

/** Parses the counters in the answer to `show info;show stat`. @throws Error if a counter is missing. */
export function countersIn(answer: string): EdgeCounters {
  const lines = answer.split("\n").map((line) => line.trim());
  const pid = Number(lines.find((line) => line.startsWith("Pid:"))?.slice(4));
  const header = lines.find((line) => line.startsWith("# pxname,"));
  const columns = header?.slice(2).split(",") ?? [];
  const value = (proxy: string, side: string, column: string): number => {
    const row = lines.find((line) => line.startsWith(`${proxy},${side},`))?.split(",");
    const text = row?.[columns.indexOf(column)];
    if (!text) throw new Error(`HAProxy says no ${column} of ${proxy}`);
    return Number(text);
  };
  if (!pid) throw new Error("HAProxy does not say its process");
  return {
    pid,
    failedAnswers: value("public", "FRONTEND", "hrsp_5xx"),
    connectErrors: value("web", "BACKEND", "econ"),
    responseErrors: value("web", "BACKEND", "eresp"),
    retries: value("web", "BACKEND", "wretr"),
  };
}

/** Counters of each load balancer by name; undefined for one that does not answer. */
export async function edgeCounters(
  outputs: StackOutputs,
): Promise<Map<string, EdgeCounters | undefined>> {
  const answers = loadBalancers(outputs).map(async (name) => {
    const counters = runOnNode(outputs, name, ask).then(countersIn);
    return [name, await counters.catch(() => undefined)] as const;
  });
  return new Map(await Promise.all(answers));
}

/** Lines for the operator about the requests lost between two readings of the counters. */
export function lostLines(
  before: ReadonlyMap<string, EdgeCounters | undefined>,
  after: ReadonlyMap<string, EdgeCounters | undefined>,
): string[] {
  return [...after].map(([name, now]) => {
    const then = before.get(name);
    if (!now) return `${name}: its HAProxy does not answer, so nobody knows`;
    if (!then) return `${name}: its HAProxy did not answer before, so nobody knows`;
    if (now.pid !== then.pid) {
      return `${name}: its HAProxy was started anew meanwhile; since then ${counted(now)}`;
    }
    return `${name}: ${counted({
      pid: now.pid,
      failedAnswers: now.failedAnswers - then.failedAnswers,
      connectErrors: now.connectErrors - then.connectErrors,
      responseErrors: now.responseErrors - then.responseErrors,
      retries: now.retries - then.retries,
    })}`;
  });
}

function counted({ failedAnswers, connectErrors, responseErrors, retries }: EdgeCounters): string {
  return (
    `${failedAnswers} answers of 500 and more, ${connectErrors} connections and ` +
    `${responseErrors} answers of web nodes that failed, ${retries} requests sent again`
  );
}
