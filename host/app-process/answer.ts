import { get } from "node:http";
import type { AppProcessSettings } from "./settings";

/** Longest wait for one answer, milliseconds. */
const answerMs = 5_000;

/** Health check of the process on `port`: the problem, or undefined if it is healthy. */
export function unhealthy(
  port: number,
  { path, host, status }: AppProcessSettings["health"],
): Promise<string | undefined> {
  const asked = `GET ${path} on port ${port}`;
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path, agent: false, timeout: answerMs };
    const request = get({ ...options, headers: { host } }, (response) => {
      // The status is enough; the body may be endless.
      response.destroy();
      const found = response.statusCode ?? 0;
      const good = status === undefined ? found >= 200 && found < 400 : found === status;
      const rule = status === undefined ? "200 to 399" : String(status);
      resolve(good ? undefined : `${asked} answered ${found}, and app.health wants ${rule}`);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${answerMs / 1000} s`)));
    request.on("error", ({ message }) => resolve(`${asked}: ${message}`));
  });
}
