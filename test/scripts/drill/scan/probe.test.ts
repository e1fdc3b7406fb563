import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { scanned, tcpAnswer, udpAnswer } from "../../../../scripts/drill/scan/probe";

const here = "127.0.0.1";

describe("a probe", () => {
  it("finds TCP ports that are open, and tells those that refuse", async () => {
    const server = createServer().listen(0, here);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await tcpAnswer(here, port, 2_000)).toBe("open");
    server.close();
    await once(server, "close");
    expect(await tcpAnswer(here, port, 2_000)).toBe("refused");
  });

  it("finds UDP ports that answer, tells those that refuse, and takes silence for nothing", async () => {
    const socket = createSocket("udp4");
    let answers = true;
    socket.on("message", (_, { port, address }) => {
      if (answers) socket.send("x", port, address);
    });
    socket.bind(0, here);
    await once(socket, "listening");
    const { port } = socket.address();
    expect(await udpAnswer(here, port, 2_000)).toBe("open");
    answers = false;
    expect(await udpAnswer(here, port, 100)).toBeUndefined();
    socket.close();
    expect(await udpAnswer(here, port, 2_000)).toBe("refused");
  });

  it("of many ports keeps the answers alone", async () => {
    const server = createServer().listen(0, here);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const target = { address: here, awaited: [port], tcp: [1], udp: [1], pings: true };
    const answers = await scanned([target]);
    server.close();
    const ways = answers.filter(({ way }) => way !== "icmp");
    expect(ways.map(({ way, answer }) => `${way} ${answer}`).sort()).toEqual(
      [`tcp ${port} open`, "tcp 1 refused", "udp 1 refused"].sort(),
    );
  });
});
