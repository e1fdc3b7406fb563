import type { StackNode, StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { repackMysql } from "./mysql-package";

const name = "webstack-drill";
const folder = `/var/lib/${name}`;
const source = `/etc/apt/sources.list.d/${name}.list`;
/** Longest setup of a repository on a host, milliseconds. */
const makingMs = 60_000;

/** Shell lines that build one version of the package; with `asksForReboot` its installation asks for a reboot. */
function build(version: string, asksForReboot: boolean): string[] {
  const root = `${folder}/build`;
  return [
    `rm -rf ${root}; mkdir -p ${root}/DEBIAN`,
    `printf '%s\\n' 'Package: ${name}' 'Version: ${version}' 'Architecture: all' 'Maintainer: drill <drill@invalid>' 'Description: a package of a drill' > ${root}/DEBIAN/control`,
    ...(asksForReboot
      ? [
          `printf '%s\\n' '#!/bin/sh' 'touch /run/reboot-required' 'echo ${name} >> /run/reboot-required.pkgs' > ${root}/DEBIAN/postinst`,
          `chmod 755 ${root}/DEBIAN/postinst`,
        ]
      : []),
    `dpkg-deb --build --root-owner-group ${root} ${folder}/${name}_${version}_all.deb >/dev/null`,
  ];
}

/** Shell lines that write the index of the packages in the folder. */
function index(debs: string[]): string[] {
  return [
    `cd ${folder}`,
    `for deb in ${debs.join(" ")}; do dpkg-deb --field $deb; echo "Filename: ./$deb"; ` +
      `echo "Size: $(stat -c %s $deb)"; echo "SHA256: $(sha256sum $deb | cut -d ' ' -f 1)"; echo; done > Packages`,
  ];
}

/**
 * Shell script, for root of a host, that replaces a mirror: it installs a package in version 1, and creates a
 * repository of files on the host with version 2, whose installation asks for a reboot as a new kernel does. The
 * repository of a database node also has a newer package of MySQL's server.
 */
export function makeRepository(isDatabase: boolean): string {
  const mysql = "mysql.deb";
  return [
    "set -e",
    ...removal(),
    `mkdir -p ${folder}`,
    ...build("1", false),
    ...build("2", true),
    `dpkg --install ${folder}/${name}_1_all.deb >/dev/null`,
    ...(isDatabase ? repackMysql(`${folder}/build`, `${folder}/${mysql}`) : []),
    ...index([`${name}_2_all.deb`, ...(isDatabase ? [mysql] : [])]),
    `echo 'deb [trusted=yes] file:${folder} ./' > ${source}`,
  ].join("\n");
}

/** Shell lines that remove the package, its repository, and the request for a reboot. MySQL's newer package stays. */
function removal(): string[] {
  return [
    `dpkg --purge ${name} >/dev/null 2>&1 || true`,
    `rm -rf ${folder} ${source} /run/reboot-required /run/reboot-required.pkgs`,
  ];
}

/** Runs a script as root on every node. */
async function everywhere(
  outputs: StackOutputs,
  scriptFor: (node: StackNode) => string,
): Promise<void> {
  const all = outputs.nodes.map((node) => {
    const encoded = Buffer.from(scriptFor(node)).toString("base64");
    return runOnNode(outputs, node.name, `echo ${encoded} | base64 -d | sudo sh`, makingMs);
  });
  await Promise.all(all);
}

/**
 * Runs `work` while every node has a package to upgrade, which asks for a reboot, and each database node MySQL's as
 * well; afterwards removes the package and the repository.
 */
export async function withRepositories<T>(
  outputs: StackOutputs,
  work: () => Promise<T>,
): Promise<T> {
  await everywhere(outputs, ({ role }) => makeRepository(role === "db"));
  try {
    return await work();
  } finally {
    await everywhere(outputs, () => removal().join("\n"));
  }
}

/** Versions of the package, by node. */
export async function versionsOf(outputs: StackOutputs): Promise<Map<string, string>> {
  const command = `dpkg-query --show --showformat='\${Version}' ${name}`;
  const all = outputs.nodes.map(
    async (node) => [node.name, await runOnNode(outputs, node.name, command)] as const,
  );
  return new Map(await Promise.all(all));
}
