/** Allowed algorithms of sshd, by the option of `sshd -T`. */
const algorithms: Readonly<Record<string, readonly string[]>> = {
  // ssh-audit 3.3.0, `ssh2_kexdb.py`: algorithms without a failure and without a warning; of Diffie-Hellman only fixed
  // groups.
  kexalgorithms: [
    ...["mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"],
    ...["curve25519-sha256", "curve25519-sha256@libssh.org"],
    ...["diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512"],
  ],
  ciphers: [
    ...["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"],
    ...["aes128-ctr", "aes192-ctr", "aes256-ctr"],
  ],
  macs: [
    ...["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"],
    "umac-128-etm@openssh.com",
  ],
  hostkeyalgorithms: [
    ...["ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512", "sk-ssh-ed25519@openssh.com"],
    ...["ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"],
    ...["rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com"],
    // Newer than ssh-audit 3.3.0, and offered only by a host with such a key.
    ...["ssh-mldsa44-ed25519", "ssh-mldsa44-ed25519-cert"],
  ],
};

/** Values of other options of `sshd -T`. */
const options: Readonly<Record<string, string>> = {
  permitrootlogin: "no",
  passwordauthentication: "no",
  kbdinteractiveauthentication: "no",
  permitemptypasswords: "no",
  x11forwarding: "no",
  allowagentforwarding: "no",
  allowstreamlocalforwarding: "no",
  gatewayports: "no",
  permittunnel: "no",
};

/** Options of a bastion, and of all other nodes: only bastions forward, and only to SSH servers. */
const forwarding = {
  bastion: { allowtcpforwarding: "local", permitopen: "*:22" },
  other: { allowtcpforwarding: "no" },
} as const;

/**
 * Problems of the effective settings of sshd.
 *
 * @param lines those of `sshd -T`, in small letters.
 */
export function sshdProblems(lines: readonly string[], isBastion: boolean): string[] {
  const settings = new Map(
    lines.map((line): [string, string] => {
      const [name = "", ...rest] = line.split(" ");
      return [name, rest.join(" ")];
    }),
  );
  const offered = Object.entries(algorithms).flatMap(([name, good]) => {
    const value = settings.get(name);
    if (value === undefined) return [`sshd -T says no ${name}`];
    const bad = value.split(",").filter((one) => !good.includes(one));
    return bad.length === 0
      ? []
      : [`sshd offers ${name} that ssh-audit warns of: ${bad.join(", ")}`];
  });
  const wrong = Object.entries({
    ...options,
    ...forwarding[isBastion ? "bastion" : "other"],
  }).flatMap(([name, want]) => {
    const value = settings.get(name) ?? "nothing";
    return value === want ? [] : [`sshd has ${name} ${value}, must be ${want}`];
  });
  return [...offered, ...wrong];
}

/** A setting of the kernel, and the values that it may have. */
interface Sysctl {
  good: RegExp;
  must: string;
  /** True if a host of the local cloud cannot set it: the value is the machine's. */
  machines?: boolean;
}

/** Checked settings of the kernel. A kernel that lacks a setting passes. */
export const sysctlRules: Readonly<Record<string, Sysctl>> = {
  "kernel.core_pattern": { good: /^\|\S*\/false$/, must: "be |/usr/bin/false", machines: true },
  "fs.suid_dumpable": { good: /^0$/, must: "be 0", machines: true },
  "kernel.dmesg_restrict": { good: /^1$/, must: "be 1", machines: true },
  "kernel.kptr_restrict": { good: /^[12]$/, must: "be 1 or 2", machines: true },
  "kernel.randomize_va_space": { good: /^2$/, must: "be 2", machines: true },
  "kernel.unprivileged_bpf_disabled": { good: /^[12]$/, must: "be 1 or 2", machines: true },
  "fs.protected_hardlinks": { good: /^1$/, must: "be 1", machines: true },
  "fs.protected_symlinks": { good: /^1$/, must: "be 1", machines: true },
  ...Object.fromEntries(
    ["all", "default"].flatMap((which) =>
      [
        `net.ipv4.conf.${which}.accept_redirects`,
        `net.ipv4.conf.${which}.send_redirects`,
        `net.ipv4.conf.${which}.accept_source_route`,
        `net.ipv6.conf.${which}.accept_redirects`,
        `net.ipv6.conf.${which}.accept_source_route`,
      ].map((name) => [name, { good: /^(0|-1)$/, must: "be 0" }]),
    ),
  ),
  "net.ipv4.tcp_syncookies": { good: /^1$/, must: "be 1" },
};

/** Problems of the kernel's settings. `isLocal`: the hosts share the kernel of one machine, and cannot set some of them. */
export function sysctlProblems(
  values: Readonly<Record<string, string>>,
  isLocal: boolean,
): string[] {
  return Object.entries(sysctlRules).flatMap(([name, { good, must, machines = false }]) => {
    const value = values[name];
    if (value === undefined || good.test(value) || (machines && isLocal)) return [];
    return [`${name} must ${must}, got ${JSON.stringify(value)}`];
  });
}

/** Problems of the clock. `isLocal`: the hosts share the clock of one machine, and do not set it. */
export function clockProblems(synchronised: string, isLocal: boolean): string[] {
  if (isLocal || synchronised === "yes") return [];
  return ["the clock is not synchronised; ask: chronyc -N sources"];
}
