import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Suffix of the version of a package that {@link repackMysql} builds; dpkg counts it as newer. */
export const suffix = "+drill";
/** Package that brings MySQL's unit, as a shell word. */
const owner = "$(dpkg-query --search /usr/lib/systemd/system/mysql.service | cut -d : -f 1)";
const info = "/var/lib/dpkg/info";

/**
 * Shell lines, for root, that build the installed package of MySQL's server once more, with a newer version: the same
 * files, and the distribution's own scripts, which an upgrade runs. Nothing else of MySQL is newer.
 *
 * @param root folder of the build, which is replaced.
 * @param deb file to write.
 */
export function repackMysql(root: string, deb: string): string[] {
  return [
    `name=${owner}`,
    `rm -rf ${root}; mkdir -p ${root}/DEBIAN`,
    `dpkg-query --listfiles $name | while read -r path; do ` +
      `{ [ ! -f "$path" ] && [ ! -L "$path" ]; } || cp -a --parents "$path" ${root}; done`,
    `for part in preinst postinst prerm postrm config templates; do ` +
      `[ ! -e ${info}/$name.$part ] || cp -p ${info}/$name.$part ${root}/DEBIAN/$part; done`,
    // A conffile that the host no longer has is none of the new package.
    `for path in $(cat ${info}/$name.conffiles); do ` +
      `[ ! -f ${root}$path ] || echo $path; done > ${root}/DEBIAN/conffiles`,
    `dpkg-query --status $name | awk '/^[^ ]/ { left = /^(Status|Conffiles|Config-Version):/ } ` +
      `/^Version:/ { $0 = $0 "${suffix}" } !left' > ${root}/DEBIAN/control`,
    `dpkg-deb --build --root-owner-group ${root} ${deb} >/dev/null`,
  ];
}

/** State of a database node before or after an upgrade of MySQL's package. */
export interface MysqlPackage {
  version: string;
  /** Start of the last clone of another node's data, seconds since 1970, or `none`. MySQL keeps it over restarts. */
  clone: string;
}

const cloneSql =
  "SELECT COALESCE((SELECT UNIX_TIMESTAMP(BEGIN_TIME) FROM performance_schema.clone_status " +
  "WHERE DESTINATION = 'LOCAL INSTANCE'), 'none')";

/** State of each database node, by name. */
export async function mysqlPackages(outputs: StackOutputs): Promise<Map<string, MysqlPackage>> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  const command = `dpkg-query --show --showformat='\${Version}' ${owner}`;
  const states = nodes.map(async ({ name }) => {
    const [clone = ""] = await query(outputs, name, cloneSql);
    return [name, { version: await runOnNode(outputs, name, command), clone }] as const;
  });
  return new Map(await Promise.all(states));
}

/** @throws Error if a node has no newer package of MySQL, or if its data was replaced by a clone meanwhile. */
export function expectUpgraded(
  before: ReadonlyMap<string, MysqlPackage>,
  after: ReadonlyMap<string, MysqlPackage>,
): void {
  for (const [name, { version, clone }] of before) {
    const now = after.get(name);
    if (now?.version !== `${version}${suffix}`) {
      throw new Error(
        `MySQL's package on ${name} is ${now?.version ?? "not known"}, not ${version}${suffix}`,
      );
    }
    if (now.clone !== clone) {
      throw new Error(
        `${name} replaced its data by a clone, begun at ${now.clone} (before: ${clone})`,
      );
    }
  }
}
