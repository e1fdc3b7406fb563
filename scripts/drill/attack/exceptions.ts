import {
  acmeSocketPath,
  ticketKeysSocketPath,
  ticketKeysUser,
  acmeUser,
} from "../../../services/edge-haproxy/https";
import { vrrpFifoPath } from "../../../services/keepalived/keepalived-conf";
import { moverUser } from "../../../services/mover/service";
import type { Way } from "./attacks";

/** Something that a user may do on a host, besides the rights that follow from the services. */
export interface Exception {
  way: Way;
  /** Pattern of paths, with `*` for a part without a slash and `**` for any. */
  what: string;
  /** Patterns that are excluded again. @default none */
  but?: readonly string[];
  /** User; `*` stands for every user. */
  user: string;
  why: string;
}

const everybody = (way: Way, what: string, why: string): Exception => ({
  way,
  what,
  user: "*",
  why,
});

/** The list is part of the test: any other success is a failure of the drill. */
export const exceptions: readonly Exception[] = [
  everybody("reads", "/home/*/.bashrc", "the distribution's, the same for each login"),
  everybody("reads", "/home/*/.profile", "as .bashrc"),
  everybody("reads", "/home/*/.bash_logout", "as .bashrc"),
  everybody("reads", "/run/webstack/edge-health", "a digit for keepalived, no secret"),
  {
    ...everybody("opens", "/run/systemd/**", "systemd judges each request by its sender"),
    but: ["/run/systemd/private"],
  },
  everybody("opens", "/run/dbus/system_bus_socket", "the bus judges each message by its sender"),
  everybody("opens", "/run/mysqld/*.sock", "MySQL judges by the login, which has tries of its own"),
  everybody("opens", "/run/ssh-unix-local/socket", "sshd asks for a key, as over the network"),
  everybody(
    "opens",
    "/run/polkit/agent-helper.socket",
    "asks for the password of a user who has one",
  ),
  everybody("opens", "/run/uuidd/request", "numbers, for the distribution's own programs"),
  everybody("opens", "/run/snapd*.socket", "snapd judges each request by its sender"),
  everybody("opens", "/var/lib/haproxy/dev/log", "takes lines of the log, from HAProxy's folder"),
  everybody(
    "writes",
    "/run/lock",
    "the distribution's folder of locks, as /tmp: with the sticky bit",
  ),
  {
    ...{ way: "opens", what: `${acmeSocketPath}*`, user: acmeUser },
    why: "loads the certificates that it ordered",
  },
  {
    ...{ way: "opens", what: `${ticketKeysSocketPath}*`, user: ticketKeysUser },
    why: "rotates the keys of session tickets",
  },
  {
    ...{ way: "writes", what: vrrpFifoPath, user: moverUser },
    why: "the mover opens its pipe for both ways, so that it stays open without keepalived",
  },
  {
    ...{ way: "writes", what: "/var/lib/nginx/**", user: "www-data" },
    why: "the distribution's folder of bodies that do not fit into memory",
  },
];
