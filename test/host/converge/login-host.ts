import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apply } from "../../../host/converge/apply";
import type { Wanted } from "../../../host/converge/bundle";
import { confirmedPath } from "../../../host/converge/login";
import { stateDirectory } from "../../../host/converge/directories";
import { bundle, service } from "./changing-host";
import { powerOn } from "./fake-power";
import { systemd, systemdWith } from "./fake-systemd";
import { ownFile } from "./own-file";

/** What the files of a host say, in few words. */
export interface Contents {
  sshd: string;
  firewall: string;
  keys: string;
  site: string;
}

/** Contents with which the stack's key opens the host. */
export const open: Contents = {
  sshd: "AllowUsers webstack\n",
  firewall: "tcp dport 22 accept\n",
  keys: "deploy\nann\n",
  site: "first\n",
};

/** A host whose files decide who can log in, and a site on it. */
export class LoginHost {
  readonly root = mkdtempSync(join(tmpdir(), "login-host-"));
  /** Name of the run that the provider confirms; undefined: it was killed. */
  confirms: string | undefined = "c0ffee";

  constructor() {
    powerOn();
    systemdWith();
    rmSync(stateDirectory, { recursive: true, force: true });
    mkdirSync(stateDirectory);
  }

  path = (name: keyof Contents) => join(this.root, name);
  read = (name: keyof Contents) => readFileSync(this.path(name), "utf8");

  /** Whether a new connection with the stack's key is let in. */
  opens(): boolean {
    return (
      this.read("sshd").includes("AllowUsers webstack") &&
      this.read("firewall").includes("dport 22 accept") &&
      this.read("keys").split("\n").includes("deploy")
    );
  }

  wanted(different: Partial<Contents> = {}): Wanted {
    const contents = Object.entries({ ...open, ...different });
    const files = contents.map(([name, content]) => [join(this.root, name), ownFile({ content })]);
    const reads = (unit: string, name: keyof Contents) =>
      service(unit, { reloadFiles: [this.path(name)] });
    return {
      bundle: bundle({
        files: Object.fromEntries(files) as Wanted["bundle"]["files"],
        loginFiles: [this.path("keys"), this.path("sshd"), this.path("firewall")],
        services: [
          reads("nftables.service", "firewall"),
          reads("ssh.service", "sshd"),
          reads("nginx.service", "site"),
        ],
      }),
      secrets: {},
      confirmation: "c0ffee",
    };
  }

  /** A state that nobody confirms. */
  unwatched(different: Partial<Contents> = {}): Wanted {
    const { bundle, secrets } = this.wanted(different);
    return { bundle, secrets };
  }

  /** Brings the host to its first state, as the first boot does. */
  async boot(): Promise<void> {
    const outcome = await apply(this.unwatched());
    if (!outcome.ok) throw new Error(outcome.error);
    Object.assign(systemd, { commands: [], messages: [] });
  }

  /** The provider: once it is asked to, it logs in anew if the host lets it. */
  provider(): void {
    const asked = systemd.messages.some((line) => line.startsWith("confirm "));
    if (!asked || this.confirms === undefined || !this.opens()) return;
    writeFileSync(confirmedPath(this.confirms), "");
  }

  /** All its files but converge's records. */
  picture(): Contents {
    const [sshd, firewall] = [this.read("sshd"), this.read("firewall")];
    const [keys, site] = [this.read("keys"), this.read("site")];
    return { sshd, firewall, keys, site };
  }
}

/** Units that were started, stopped, reloaded or restarted, timers apart. */
export function touched(): string[] {
  const acts = systemd.commands.filter((line) =>
    /^systemctl .*(start|stop|reload|disable)/.test(line),
  );
  return acts.filter((line) => !line.includes("webstack-undo"));
}
