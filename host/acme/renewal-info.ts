import { createHash } from "node:crypto";
import { getJson, retryAfterMs } from "./http-answer";

/** An authority's suggestion when to renew a certificate, times in milliseconds since 1970 by the authority's clock. */
export interface Suggestion {
  /** Begin and end of the window. */
  startMs: number;
  endMs: number;
  /** The authority's clock when it answered; undefined: the answer has no date. */
  authorityMs?: number;
  /** Wait that it demands before the next request, milliseconds. */
  retryAfterMs?: number;
}

interface Window {
  start?: unknown;
  end?: unknown;
}

/** An answer of the authority that is no suggestion: the next request is due after the usual wait. */
export class NoSuggestion extends Error {}

/**
 * Asks an authority when it suggests the renewal of a certificate. Source: RFC 9773, 4.
 *
 * @param id name of the certificate, from `certificateId`.
 *
 * @throws NoSuggestion if the authority offers none, does not know the certificate, or gives an unusable window;
 * Error if it cannot be reached, or has a failure of its own.
 */
export async function askRenewalInfo(
  { directory, caPem }: { directory: string; caPem?: string },
  id: string,
): Promise<Suggestion> {
  const get = async (url: string) => {
    const answer = await getJson(url, caPem);
    if (answer.status >= 500 || answer.status === 429) {
      throw new Error(`the authority answered with status ${answer.status}`);
    }
    return answer;
  };
  const { renewalInfo } = ((await get(directory)).body ?? {}) as { renewalInfo?: unknown };
  if (typeof renewalInfo !== "string") throw new NoSuggestion("the authority suggests no renewals");
  const { status, body, headers } = await get(`${renewalInfo.replace(/\/$/, "")}/${id}`);
  if (status !== 200) throw new NoSuggestion(`the authority answered with status ${status}`);
  const { suggestedWindow } = (body ?? {}) as { suggestedWindow?: Window | null };
  const { start, end } = suggestedWindow ?? {};
  const [startMs, endMs] = [Date.parse(String(start)), Date.parse(String(end))];
  // Source: RFC 9773, 4.2: such a window counts as no answer.
  if (!(startMs < endMs))
    throw new NoSuggestion("the authority suggests a window without a length");
  const dated = Date.parse(String(headers.date));
  const waitMs = retryAfterMs(headers["retry-after"], dated);
  return {
    startMs,
    endMs,
    ...(Number.isFinite(dated) ? { authorityMs: dated } : {}),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/**
 * A time inside the window, which is the same on each load balancer and after each restart. Times of many certificates
 * are spread evenly.
 */
export function timeInWindow(
  id: string,
  { startMs, endMs }: Pick<Suggestion, "startMs" | "endMs">,
): number {
  const digest = createHash("sha256").update(`${id} ${startMs} ${endMs}`).digest();
  return Math.floor(startMs + (digest.readUIntBE(0, 6) / 2 ** 48) * (endMs - startMs));
}
