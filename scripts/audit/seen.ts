/** What `npm run audit:hosts` reads on a host, as it is; judged on the operator's machine. */
export interface Seen {
  /** Each service of the host's bundle, with systemd's exposure; undefined: systemd gave none. */
  units: { unit: string; exposure?: number }[];
  /** Lines of `sshd -T`, in small letters. */
  sshd: string[];
  /** Values of the kernel's settings by name; absent: the kernel has no such setting. */
  sysctls: Record<string, string>;
  /** `yes` if the kernel counts as synchronised; `no`, or empty if `timedatectl` does not say. */
  clock: string;
  /** Lines of `ss -H -lntup`. */
  sockets: string[];
  /** Users with a shell. */
  shells: string[];
  /** Users whose password opens the host, locked ones not among them. */
  passwords: string[];
  /** Lines of the files of sudo that grant something, each with its file. */
  sudoers: { file: string; line: string }[];
  /** Members of the groups to which the distribution's sudo grants everything. */
  sudoGroup: string[];
  /** Files and folders in `/etc` that everybody may write. */
  writable: string[];
  /** Set-user-ID and set-group-ID programs that belong to no package. */
  strangeSetuid: string[];
  /** What could not be read, and why. */
  missed: string[];
}

/** What the host is asked for. */
export interface Order {
  /** Path of converge's record of what it put on the host. */
  manifest: string;
  /** Names of settings of the kernel. */
  sysctls: readonly string[];
}
