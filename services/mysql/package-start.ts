import { generatedNotice, text } from "../text";

/** Paths of the settings for a MySQL that the package's scripts start. */
export const packageStartPaths = {
  /** Hooks of dpkg. */
  hooks: "/etc/dpkg/dpkg.cfg.d/webstack-mysql",
  /** The settings; MySQL does not read this file here. */
  settings: "/etc/mysql/webstack-package.cnf",
  /** Copy of the settings while dpkg runs. MySQL reads the folder in the order of names. */
  inForce: "/etc/mysql/mysql.conf.d/zzz-webstack-package.cnf",
} as const;

/**
 * Renders settings for a MySQL that the package's `postinst` starts. At each upgrade `postinst` starts MySQL by itself,
 * not by the unit, with an init file that alters the user `debian-sys-maint`. With the node's own settings this
 * statement is a transaction that no other member has, and the supervisor replaces such a node's data by a clone.
 *
 * A MySQL of the unit with these settings by mistake serves nobody: the app does not reach it, and it joins no group.
 *
 * Source: `postinst` of mysql-server 8.4.13 (Ubuntu 26.04) and 9.7.4 (Debian); tried with both.
 */
export function packageStartCnf(): string {
  return text`
    ${generatedNotice}
    [mysqld]
    # Only statements of a database that does not exist get into the binary log. The log itself stays on: after a crash,
    # InnoDB without the log rolls back what the log has as committed.
    binlog_do_db = webstack-none
    skip_networking = ON
    loose_group_replication = OFF
  `;
}

/**
 * Renders hooks of dpkg, which apt runs too: the settings are in force while dpkg changes packages. A hook that fails
 * would stop dpkg. `dpkg-reconfigure` runs no hooks. Source: dpkg(1), `--pre-invoke`.
 */
export function packageStartHooks(): string {
  const { settings, inForce } = packageStartPaths;
  return text`
    ${generatedNotice}
    pre-invoke=cp ${settings} ${inForce} || true
    post-invoke=rm -f ${inForce} || true
  `;
}

/**
 * Line of MySQL's unit that ends the settings before each start: a loss of power leaves them in force, and `postinst`
 * starts the unit while they are.
 */
export const endPackageStart = `ExecStartPre=+/usr/bin/rm -f ${packageStartPaths.inForce}`;
