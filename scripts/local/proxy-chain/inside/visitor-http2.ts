import { connect } from "node:http2";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { site } from "./visitor";

/** What an HTTP/2 visitor saw on one connection. */
export interface Http2Visit {
  /** Requests with status 200. */
  good: number;
  /** Failed requests and errors of the connection, such as `POST /page 502`. */
  bad: string[];
  /** Code of the first GOAWAY frame; 0 asks the visitor to leave without an error. */
  goaway?: number;
  /** True once the connection is closed. */
  isClosed: boolean;
}

/** Requests of one visitor: one after the other. */
export interface Http2Wishes {
  host: string;
  path: string;
  /** Wait between two requests, milliseconds. */
  waitMs: number;
}

/** Sends GET and POST requests in turn on one connection until the server asks to leave, as browsers do. */
export async function visitByHttp2({ host, path, waitMs }: Http2Wishes): Promise<Http2Visit> {
  const visit: Http2Visit = { good: 0, bad: [], isClosed: false };
  const session = connect(`https://${site.host}`, { servername: host, rejectUnauthorized: false });
  session.on("goaway", (code) => (visit.goaway ??= code));
  session.on("error", (error) => visit.bad.push(error.message));
  session.on("close", () => (visit.isClosed = true));
  await once(session, "connect");
  const ask = async (method: "GET" | "POST") => {
    const head = { ":method": method, ":path": path, ":authority": host };
    const stream = session.request(head, { endStream: method === "GET" });
    let status: number | undefined;
    stream.on("response", (headers) => (status = headers[":status"]));
    stream.on("error", (error) => visit.bad.push(`${method} ${path} ${error.message}`));
    stream.resume();
    if (method === "POST") stream.end("x=1");
    await once(stream, "close");
    if (status === 200) visit.good++;
    else visit.bad.push(`${method} ${path} ${status ?? "no answer"}`);
  };
  const goOn = async () => {
    for (let i = 0; visit.goaway === undefined && !visit.isClosed; i++) {
      await ask(i % 2 === 0 ? "GET" : "POST");
      await pause(waitMs);
    }
  };
  void goOn().catch((error: Error) => visit.bad.push(error.message));
  return visit;
}
