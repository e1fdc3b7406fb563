import { describe, expect, it } from "vitest";
import { tunnelsOf } from "../../../host/app-process/balancer";

/** A session as HAProxy 3.2 tells it, without the lines that do not matter. */
const session = (
  server: string,
  state: string,
  status: number,
) => `0x7f3f078e5000: [29/Nov/2026:07:36:32.373634] id=2895 proto=tcpv4 source=10.0.2.11:61282
  frontend=requests (id=2 mode=http), listener=? (id=1) addr=10.0.3.11:3000
  backend=app (id=3 mode=http) addr=127.0.0.1:50998
  server=${server} (id=2) addr=127.0.0.1:${server}
  txn=0x7f3f078d7ce0 flags=0x8000 meth=1 status=${status} req.st=${state} rsp.st=${state} req.f=0xcc rsp.f=0xcc
      h1s=0x7f3f078a3200 h1s.flg=0xc010 .req.state=MSG_TUNNEL .res.state=MSG_TUNNEL
`;

describe("tunnelsOf", () => {
  it("counts what has changed its protocol, of one server", () => {
    const sessions = [
      session("3101", "MSG_TUNNEL", 101),
      session("3102", "MSG_TUNNEL", 101),
      session("3102", "MSG_DATA", 200),
      session("3102", "MSG_TUNNEL", 101),
    ];
    expect(tunnelsOf(sessions.join(""), "3102")).toBe(2);
    expect(tunnelsOf(sessions.join(""), "310")).toBe(0);
    expect(tunnelsOf("", "3102")).toBe(0);
  });
});
