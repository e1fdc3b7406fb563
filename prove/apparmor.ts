import { type Assumption, differs, everywhere, ok, onEach, unknown } from "./assumption";

/**
 * Files of the stack that mysqld opens, with what it does: `r` reads, `w` writes. The paths are those of
 * `services/mysql/my-cnf.ts`, `services/mysql/package-start.ts` and `host/archiver/base/copy-folder.ts`.
 */
export const pathsOfMysqld: Readonly<Record<string, string>> = {
  "/etc/mysql/mysql.conf.d/zz-webstack.cnf": "r",
  "/etc/mysql/mysql.conf.d/zzz-webstack-package.cnf": "r",
  "/etc/mysql/webstack-init.sql": "r",
  "/etc/mysql/webstack-tls/ca.pem": "r",
  "/etc/mysql/webstack-tls/cert.pem": "r",
  "/etc/mysql/webstack-tls/key.pem": "r",
  "/var/lib/mysql/ibdata1": "rw",
  "/var/lib/mysql/app/account.ibd": "rw",
  "/run/mysqld/mysqld.sock": "rw",
  "/var/lib/mysql-files/webstack-base/data/ibdata1": "rw",
};

const rule = /^\s*(deny\s+|owner\s+|audit\s+|allow\s+)*"?(\/[^\s"]*)"?\s+([a-zA-Z]+)\s*,/gm;

/** A glob of AppArmor as a pattern. https://manpages.ubuntu.com/manpages/noble/man5/apparmor.d.5.html */
function pattern(glob: string): RegExp {
  const parts = glob.replace(/[.+^$()|[\]\\]/g, "\\$&").replace(/\*\*|\*|\?|\{[^}]*\}/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return `(?:${part.slice(1, -1).replaceAll(",", "|")})`;
  });
  return new RegExp(`^${parts}$`);
}

/** Whether a profile lets a program do something to a file. Rules of abstractions are not looked at. */
export function permits(profile: string, path: string, access: string): boolean {
  const rules = [...profile.matchAll(rule)].filter(([, , glob]) => pattern(glob!).test(path));
  const isDenied = rules.some(([whole]) => /\bdeny\b/.test(whole));
  const given = rules.map(([, , , letters]) => letters).join("");
  return !isDenied && [...access].every((letter) => given.includes(letter));
}

/** What the system's confinement of programs leaves to them. */
export const confinement: readonly Assumption[] = [
  {
    id: "apparmor",
    assumed:
      "AppArmor enforces the distribution's profile of mysqld, and the profile permits every path of the stack",
    local: "no AppArmor: every program may open every file",
    differsLocally: true,
    judge: onEach(["db"], (ask) => {
      const confined = ask("mysqld confined").text.trim();
      if (!/\((enforce|complain)\)/.test(confined)) return differs("mysqld is not confined");
      const profile = ask("mysqld profile").text;
      const closed = Object.entries(pathsOfMysqld)
        .filter(([path, access]) => !permits(profile, path, access))
        .map(([path]) => path);
      if (closed.length > 0) return differs(`${confined}; not permitted: ${closed.join(", ")}`);
      return confined.includes("(enforce)")
        ? ok(`${confined}, all paths permitted`)
        : differs(`${confined}: only complains`);
    }),
  },
  {
    id: "denials",
    assumed: "AppArmor denied nothing to any program since the boot",
    local: "no AppArmor: nothing is denied",
    judge: onEach(everywhere, (ask) => {
      const { status, text } = ask("apparmor denials");
      if (status === null) return unknown("the kernel's journal was not read");
      const found = [...text.matchAll(/^\s*(\d+) profile="([^"]*)"/gm)];
      if (found.length === 0) return ok("none");
      return differs(found.map(([, count, name]) => `${count} of ${name}`).join(", "));
    }),
  },
];
