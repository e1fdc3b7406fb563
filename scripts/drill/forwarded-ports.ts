import { request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import type { StackOutputs } from "../operate/outputs";
import { openForwarding } from "./tunnel";

/** A listener of a supervisor or a broker. */
export interface Target {
  /** Address, such as `10.0.4.11:9201`, or path of a Unix socket. */
  at: string;
  scheme: "http" | "https";
  /** Requested paths, each with GET and with POST. */
  paths: readonly string[];
}

/** An answered call. */
export interface Answered {
  /** Caller, such as `nobody on db-1`. */
  from: string;
  at: string;
  method: string;
  path: string;
  /** HTTP status, such as 200. */
  status: number;
}

/** Longest wait for an answer, milliseconds. */
const timeoutMs = 2_000;

/** Beginning of the name of a caller that forwards connections over SSH. */
export const throughSsh = "through SSH to ";

/** HTTP status of an answer on a Unix socket; 0 without an answer. */
export function statusOn(
  socketPath: string,
  scheme: Target["scheme"],
  method: string,
  path: string,
): Promise<number> {
  return new Promise((resolve) => {
    const options: RequestOptions = { socketPath, method, path, agent: false, timeout: timeoutMs };
    const call =
      scheme === "http"
        ? requestHttp(options)
        : // Any answer counts, so the certificate does not matter.
          requestHttps({ ...options, rejectUnauthorized: false });
    call.on("response", (response) => {
      response.resume().on("error", () => undefined);
      resolve(response.statusCode ?? 0);
    });
    call.on("timeout", () => call.destroy(new Error("late")));
    call.on("error", () => resolve(0));
    call.end(method === "POST" ? "{}" : undefined);
  });
}

/** The answers of one target behind a Unix socket; a silent target gets no further call. */
async function answersOn(socket: string, target: Target, from: string): Promise<Answered[]> {
  const answers: Answered[] = [];
  const { at, scheme, paths } = target;
  for (const path of paths) {
    for (const method of ["GET", "POST"]) {
      const begun = performance.now();
      const status = await statusOn(socket, scheme, method, path);
      if (status > 0) answers.push({ from, at, method, path, status });
      else if (performance.now() - begun >= timeoutMs) return answers;
    }
  }
  return answers;
}

/** The targets' answers to a caller that forwards connections over SSH to a node. */
export async function askForwarded(
  outputs: StackOutputs,
  node: string,
  targets: readonly Target[],
): Promise<Answered[]> {
  const tunnel = await openForwarding(
    outputs,
    node,
    targets.map(({ at }) => at),
  );
  try {
    const from = `${throughSsh}${node}`;
    const answers = targets.map((target, i) => answersOn(tunnel.sockets[i]!, target, from));
    return (await Promise.all(answers)).flat();
  } finally {
    tunnel.close();
  }
}
