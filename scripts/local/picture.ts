import type { StackOutputs } from "../operate/outputs";

/** A drawing of the stack, a tier a line, as text. */
export function picture(outputs: StackOutputs): string {
  const tier = (role: string) =>
    outputs.nodes
      .filter((node) => node.role === role)
      .map(({ name, privateIp }) => `${name} ${privateIp}`)
      .join("   ");
  return [
    "                 clients",
    "                    |",
    `     floating IP ${outputs.floatingIp.ipv4}`,
    "                    |",
    `  HAProxy     ${tier("lb")}`,
    "                    |",
    `  Nginx       ${tier("web")}`,
    "                    |",
    `  Node.js     ${tier("app")}`,
    "                    |",
    `  MySQL       ${tier("db")}`,
  ].join("\n");
}
