import { get } from "node:http";
import type { Answer } from "./health";

/** Sends one request over a new connection. @param timeoutMs longest wait for an answer, milliseconds. */
export function probe(url: string, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const call = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? "served" : "failed");
    });
    call.on("timeout", () => call.destroy(new Error("late")));
    call.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ECONNREFUSED" ? "refused" : "failed");
    });
  });
}
