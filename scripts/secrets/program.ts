import { join } from "node:path";
import { buildSync } from "esbuild";

/** The scan as one text for the Node of the hosts. */
export function scanProgram(): string {
  return hostProgram(join(__dirname, "scan", "on-host.ts"));
}

/** A program for {@link bootstrap} as one text; it reads its order from a variable `order`. */
export function hostProgram(path: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    logLevel: "silent",
    tsconfigRaw: {},
  });
  return outputFiles[0]!.text;
}

/**
 * Text for `node -e`: it runs the program that comes on standard input, with the order that comes
 * there too. Errors of `JSON.parse` quote what they read, so they are not told.
 */
export const bootstrap =
  'let a;try{a=JSON.parse(require("fs").readFileSync(0,"utf8"))}catch{console.error("no order came on standard input");process.exit(1)}' +
  'new Function("require","order",a.program)(require,a.order)';

/** What is sent on standard input. */
export function message(program: string, order: object): string {
  return JSON.stringify({ program, order });
}
