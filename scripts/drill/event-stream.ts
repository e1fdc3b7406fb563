import { get } from "node:http";

/** One server-sent event. */
export interface StreamedEvent {
  /** Number from 0. */
  number: number;
  /** Time at which the app sent the event, milliseconds on the app's clock. */
  sentMs: number;
  /** Time at which the visitor received the event, milliseconds on the visitor's clock. */
  arrivedMs: number;
}

/** A visitor's observations of a stream of events. */
export interface StreamSeen {
  events: StreamedEvent[];
  /** Reason why the stream ended early. @default the stream ended after the last event */
  broken?: string;
}

/** Longest silence of a stream, milliseconds. */
const patienceMs = 30_000;

/** Events in the text of a stream, and the rest of the text, which is no whole event yet. */
export function parsedEvents(text: string): {
  found: [number: number, ms: number][];
  rest: string;
} {
  const parts = text.split("\n\n");
  const rest = parts.pop()!;
  const found = parts.flatMap((part) => {
    const match = /^id: (\d+)\ndata: (\d+)$/.exec(part);
    return match ? [[Number(match[1]), Number(match[2])] as [number, number]] : [];
  });
  return { found, rest };
}

/** Reads `count` events, one a second, over a connection of its own; never rejects. */
export function streamedEvents(site: string, count: number): Promise<StreamSeen> {
  const events: StreamedEvent[] = [];
  return new Promise((resolve) => {
    const end = (broken?: string) => {
      call.destroy();
      resolve(broken === undefined ? { events } : { events, broken });
    };
    const url = new URL(`/events?count=${count}`, site);
    const call = get(url, { agent: false, timeout: patienceMs }, (response) => {
      if (response.statusCode !== 200) return end(`answered ${response.statusCode}`);
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const { found, rest } = parsedEvents(text + chunk);
        text = rest;
        const arrivedMs = Date.now();
        events.push(...found.map(([number, sentMs]) => ({ number, sentMs, arrivedMs })));
      });
      response.on("end", () => end());
      response.on("error", ({ message }) => end(message));
    });
    call.on("timeout", () => end(`silent for ${patienceMs / 1000} s`));
    call.on("error", ({ message }) => end(message));
  });
}

/** Numbers of events that were lost, doubled or out of order. */
export function missingEvents(events: readonly StreamedEvent[], count: number): number[] {
  const came = events.map(({ number }) => number);
  const isInOrder = came.every((number, i) => i === 0 || number > came[i - 1]!);
  const all = Array.from({ length: count }, (_, number) => number);
  return isInOrder ? all.filter((number) => !came.includes(number)) : all;
}

/**
 * Longest delay of an event, milliseconds, beyond that of the quickest event of the stream: so the clocks of the
 * two machines need not agree.
 */
export function longestDelayMs(events: readonly StreamedEvent[]): number {
  const delays = events.map(({ sentMs, arrivedMs }) => arrivedMs - sentMs);
  return delays.length === 0 ? 0 : Math.max(...delays) - Math.min(...delays);
}
