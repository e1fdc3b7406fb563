import { constants } from "node:http2";
import { describe, expect, it } from "vitest";
import { Http2Visitor } from "../../../scripts/drill/http2-visitor";
import { isServed, seen } from "../../../scripts/drill/prober";
import { fine, type Visit, visited } from "./http2-site";

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

describe("a visitor over HTTP/2", () => {
  it("sends several requests at once on one connection, and counts the answers", async () => {
    let [open, most] = [0, 0];
    const { visitor, untilServed } = await visited(({ stream }) => {
      most = Math.max(most, (open += 1));
      stream.on("close", () => (open -= 1));
      setTimeout(() => fine(stream), 20);
    });
    await untilServed(20);
    await visitor.stop();
    expect(most).toBeGreaterThanOrEqual(4);
    expect(visitor.counts).toEqual({ connections: 1, left: 0, cut: 0, repeated: 0 });
    expect(seen(visitor.probes)).toMatchObject({ failed: 0, retried: 0 });
    expect(visitor.summary()).toMatch(/^HTTP\/2: 0 of \d\d+ requests failed, on 1 connections/);
  });

  it("counts an answer that is no service as failed, without a repetition", async () => {
    const { visitor, until } = await visited(({ stream }) => {
      stream.respond({ ":status": 503 });
      stream.end();
    });
    await until("answers", () => visitor.probes.length >= 8);
    await visitor.stop();
    expect(new Set(visitor.probes.map(({ status }) => status))).toEqual(new Set([503]));
    expect(visitor.counts.repeated).toBe(0);
    expect(visitor.summary()).toContain(`HTTP/2: ${visitor.probes.length} of `);
  });

  it("connects anew when it is asked to leave, while the former connection still answers", async () => {
    const answers: string[] = [];
    const { visitor, until, untilServed } = await visited((visit) => {
      const { stream, session, connection, nth } = visit;
      if (connection === 0 && nth === 0) {
        held = visit;
        return session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
      }
      answers.push(`on ${connection}`);
      fine(stream);
    });
    let held: Visit | undefined;
    await until("the second connection", () => answers.includes("on 1"));
    expect(held!.stream.closed).toBe(false);
    expect(visitor.counts).toMatchObject({ connections: 2, left: 1 });
    fine(held!.stream);
    await untilServed(12);
    await visitor.stop();
    expect(visitor.counts).toMatchObject({ connections: 2, left: 1, cut: 0 });
    // HTTP/2 of Node.js refuses requests that it has not sent when the GOAWAY comes; they are sent again.
    expect(seen(visitor.probes)).toMatchObject({ failed: 0, retried: visitor.counts.repeated });
  });

  it.each([
    ["no error", constants.NGHTTP2_NO_ERROR],
    ["an error", NGHTTP2_ENHANCE_YOUR_CALM],
  ])("repeats what a GOAWAY with %s says was not processed, and counts it", async (_, code) => {
    const { visitor, untilServed } = await visited(({ stream, session, connection, nth }) => {
      if (connection > 0 || nth === 0) return fine(stream);
      // The first stream is answered already, and none of the others is.
      if (nth === 3) setTimeout(() => session.goaway(code, 1), 50);
    });
    await untilServed(12);
    await visitor.stop();
    expect(visitor.counts).toMatchObject({ connections: 2, left: 1, cut: 0 });
    expect(visitor.counts.repeated).toBeGreaterThanOrEqual(3);
    expect(seen(visitor.probes)).toMatchObject({ failed: 0, retried: visitor.counts.repeated });
  });

  it("counts what a GOAWAY with an error ends in the middle as failed", async () => {
    const { visitor, untilServed } = await visited(({ stream, session, connection, nth }) => {
      if (connection > 0) return fine(stream);
      if (nth === 3) setTimeout(() => session.goaway(NGHTTP2_INTERNAL_ERROR, 2 ** 31 - 1), 50);
    });
    await untilServed(8);
    await visitor.stop();
    expect(visitor.counts).toMatchObject({ connections: 2, left: 1, repeated: 0 });
    expect(seen(visitor.probes).failed).toBeGreaterThanOrEqual(4);
  });

  it("repeats a refused stream, and gives up after two repetitions", async () => {
    const first = await visited(({ stream, nth }) =>
      nth < 4 ? stream.close(NGHTTP2_REFUSED_STREAM) : fine(stream),
    );
    await first.untilServed(12);
    await first.visitor.stop();
    expect(first.visitor.counts).toEqual({ connections: 1, left: 0, cut: 0, repeated: 4 });
    expect(seen(first.visitor.probes)).toMatchObject({ failed: 0, retried: 4 });

    const never = await visited(({ stream }) => stream.close(NGHTTP2_REFUSED_STREAM), 20);
    await never.until("failures", () => never.visitor.probes.length >= 4);
    await never.visitor.stop();
    const count = never.visitor.probes.length;
    expect(seen(never.visitor.probes).failed).toBe(count);
    expect(never.visitor.counts.repeated).toBe(count * 2);
    expect(never.streams.flat()).toHaveLength(count * 3);
  });

  it("counts a stream that is reset as failed, also in the middle of an answer", async () => {
    const { visitor, untilServed } = await visited(({ stream, nth }) => {
      if (nth > 1) return fine(stream);
      if (nth === 1) {
        stream.respond({ ":status": 200, "content-length": 4 });
        stream.write("fi");
      }
      setTimeout(() => stream.close(NGHTTP2_INTERNAL_ERROR), 50);
    });
    await untilServed(8);
    await visitor.stop();
    expect(seen(visitor.probes)).toMatchObject({ failed: 2, retried: 0 });
    expect(visitor.counts).toEqual({ connections: 1, left: 0, cut: 0, repeated: 0 });
  });

  it("counts requests on a connection that is killed as failed, and goes on with the next", async () => {
    let killed = 0;
    const { visitor, streams, untilServed } = await visited((visit) => {
      const { stream, connection, nth, socket } = visit;
      if (connection > 0) return fine(stream);
      if (nth % 2 === 0) stream.respond({ ":status": 200 });
      if (nth !== 3) return;
      setTimeout(() => {
        killed = streams[0]!.length;
        socket.destroy();
      }, 50);
    });
    await untilServed(8);
    await visitor.stop();
    expect(killed).toBeGreaterThanOrEqual(4);
    expect(seen(visitor.probes).failed).toBeGreaterThanOrEqual(killed);
    expect(visitor.counts).toMatchObject({ connections: 2, left: 0, cut: 1, repeated: 0 });
  });

  it("counts a request without an answer in 5 s as failed, and tries another connection", async () => {
    const { visitor, until } = await visited(({ stream, connection }) => {
      if (connection > 0) fine(stream);
    }, 8);
    await until("an answer", () => visitor.probes.some(isServed));
    await visitor.stop();
    const failed = visitor.probes.filter((probe) => !isServed(probe));
    expect(failed.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...failed.map(({ tookMs }) => tookMs))).toBeGreaterThanOrEqual(4_990);
    expect(visitor.counts).toMatchObject({ connections: 2, repeated: 0 });
  });

  it("counts requests to a closed port as failed", async () => {
    const visitor = new Http2Visitor(
      { address: "127.0.0.1", port: 9, authority: "127.0.0.1" },
      "/",
      100,
    );
    visitor.start();
    await expect.poll(() => visitor.probes.length, { timeout: 20_000 }).toBeGreaterThan(4);
    await visitor.stop();
    expect(seen(visitor.probes).failed).toBe(visitor.probes.length);
  });
}, 90_000);
