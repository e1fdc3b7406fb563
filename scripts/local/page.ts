import * as http from "node:http";
import * as https from "node:https";
import { waitUntil } from "../../rolling/wait-until";

/** The status of an answer at the address, whatever the name in the URL leads to elsewhere. */
function statusAt(url: string, address: string, ca: string | undefined): Promise<number> {
  const { get } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const options = {
      agent: false as const,
      timeout: 3_000,
      ...(ca === undefined ? {} : { ca }),
      lookup: (
        _name: string,
        { all }: { all?: boolean },
        found: (error: null, address: unknown, family?: number) => void,
      ) => (all ? found(null, [{ address, family: 4 }]) : found(null, address, 4)),
    };
    const call = get(url, options as https.RequestOptions, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 3 s")));
    call.on("error", reject);
  });
}

/**
 * Answers once the app answers behind the floating IP, through all tiers; it need not have a page at `/`.
 *
 * @param ca root that the site's certificate must be of. @default what Node trusts
 */
export function waitForPage(url: string, address: string, ca?: string): Promise<true> {
  return waitUntil(
    `an answer of the app at ${url}`,
    async () => {
      const status = await statusAt(url, address, ca);
      if (status >= 500) throw new Error(`status ${status}`);
      return true as const;
    },
    { timeoutSeconds: ca === undefined ? 60 : 120 },
  );
}
