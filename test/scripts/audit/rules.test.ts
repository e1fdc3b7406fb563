import { describe, expect, it } from "vitest";
import { clockProblems, sshdProblems } from "../../../scripts/audit/rules";

/** Lines of `sshd -T`; `forwards`: what it says of TCP. */
const saying = (...forwards: string[]) => [
  "kexalgorithms curve25519-sha256",
  "ciphers aes128-gcm@openssh.com",
  "macs hmac-sha2-256-etm@openssh.com",
  "hostkeyalgorithms ssh-ed25519",
  ...["permitrootlogin no", "passwordauthentication no", "kbdinteractiveauthentication no"],
  ...["permitemptypasswords no", "x11forwarding no", "allowagentforwarding no"],
  ...["allowstreamlocalforwarding no", "gatewayports no", "permittunnel no"],
  ...forwards,
];
const leading = (to: string) => saying("allowtcpforwarding local", `permitopen ${to}`);

describe("sshd", () => {
  it("that says nothing is not a closed one", () => {
    expect(sshdProblems([], false)).toContain("sshd -T says no kexalgorithms");
  });

  it("of a load balancer forwards, and to SSH servers alone", () => {
    expect(sshdProblems(leading("*:22"), true)).toEqual([]);
    expect(sshdProblems(leading("any"), true)).toEqual(["sshd has permitopen any, must be *:22"]);
  });

  it("of another node forwards nothing", () => {
    expect(sshdProblems(saying("allowtcpforwarding no", "permitopen any"), false)).toEqual([]);
    expect(sshdProblems(leading("*:22"), false)).toEqual([
      "sshd has allowtcpforwarding local, must be no",
    ]);
  });
});

describe("the clock", () => {
  it("must be kept, but for that of a host of the local cloud", () => {
    expect(clockProblems("yes", false)).toEqual([]);
    for (const answer of ["no", ""]) {
      const told = ["the clock is not synchronised; ask: chronyc -N sources"];
      expect(clockProblems(answer, false)).toEqual(told);
      expect(clockProblems(answer, true)).toEqual([]);
    }
  });
});
