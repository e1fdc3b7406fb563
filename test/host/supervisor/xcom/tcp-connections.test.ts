import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { linksTo, linksIn } from "../../../../host/supervisor/xcom/tcp-connections";

const heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
const rest = "00:00000000 00000000   996        0 29594419";

describe("linksIn", () => {
  it("reads the connections that this side has not closed", () => {
    const table = [
      heading,
      `   0: 0C04000A:5D02 0B04000A:8125 01 00000000:00000000 ${rest}`,
      `   1: 0C04000A:5D02 0D04000A:8125 06 00000000:00000000 ${rest}`,
      `   2: 0C04000A:0CEA 00000000:0000 0A 00000000:00000000 ${rest}`,
      `   3: 0C04000A:5D04 0E04000A:8125 08 00000010:000001FE ${rest}`,
    ];
    expect(linksIn(table.join("\n"))).toEqual([
      { address: "10.0.4.11", port: 33_061, unread: false },
      { address: "10.0.4.14", port: 33_061, unread: true },
    ]);
  });
});

describe("linksTo", () => {
  it("finds a connection of this machine", async () => {
    const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await linksTo(port)).toEqual([]);
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const socket = connect(port, "127.0.0.1");
    const other = await accepted;
    expect(await linksTo(port)).toEqual([{ address: "127.0.0.1", port, unread: false }]);
    // The paused end of the server, seen from the client.
    socket.write("unread");
    const back = socket.localPort!;
    await vi.waitFor(async () => {
      const link = { address: "127.0.0.1", port: back, unread: true };
      expect(await linksTo(back)).toEqual([link]);
    });
    other.destroy();
    socket.destroy();
    server.close();
  });
});
