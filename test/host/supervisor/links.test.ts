import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { connectedTo, remotesIn } from "../../../host/supervisor/links";

const heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
const rest = "00000000:00000000 00:00000000 00000000   996        0 29594419";

describe("remotesIn", () => {
  it("reads the connections that this side has not closed", () => {
    const table = [
      heading,
      `   0: 0C04000A:5D02 0B04000A:8125 01 ${rest}`,
      `   1: 0C04000A:5D02 0D04000A:8125 06 ${rest}`,
      `   2: 0C04000A:0CEA 00000000:0000 0A ${rest}`,
      `   3: 0C04000A:5D04 0E04000A:8125 08 ${rest}`,
    ];
    expect(remotesIn(table.join("\n"))).toEqual([
      { address: "10.0.4.11", port: 33_061 },
      { address: "10.0.4.14", port: 33_061 },
    ]);
  });
});

describe("connectedTo", () => {
  it("finds a connection of this machine", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await connectedTo(port)).toEqual([]);
    const accepted = new Promise((resolve) => server.once("connection", resolve));
    const socket = connect(port, "127.0.0.1");
    await accepted;
    expect(await connectedTo(port)).toEqual(["127.0.0.1"]);
    socket.destroy();
    server.close();
  });
});
