import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { Context } from "hono";

interface StaticFile {
  body: Uint8Array<ArrayBuffer>;
  gzip?: Uint8Array<ArrayBuffer>;
  type: string;
}

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/**
 * The files of `public/`, kept in memory. The web tier serves them from disk; the app serves them
 * too, so that a page finds its files while a new release is on its way to the web servers.
 */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  /** @param files paths as in URLs, such as `/assets/app-1a2b3c4d.css`, and contents. */
  constructor(files: Record<string, Uint8Array<ArrayBuffer>>) {
    for (const [path, body] of Object.entries(files)) {
      const type = types[extname(path)];
      if (type !== undefined) this.#files.set(path, { body, type, gzip: files[`${path}.gz`] });
    }
  }

  /** The path of the file whose name without its hash is `name`, such as `app.css`. */
  path(name: string): string {
    const [stem, extension] = [name.slice(0, -extname(name).length), extname(name)];
    const isIt = (path: string): boolean =>
      path.startsWith(`/assets/${stem}-`) && path.endsWith(extension);
    return [...this.#files.keys()].find(isIt) ?? `/assets/${name}`;
  }

  /** Answers with the file the request names; undefined if there is none. */
  serve(c: Context): Response | undefined {
    const file = this.#files.get(c.req.path);
    if (file === undefined) return undefined;
    const hashed = c.req.path.startsWith("/assets/");
    const gzip = (c.req.header("accept-encoding") ?? "").includes("gzip") ? file.gzip : undefined;
    const headers: Record<string, string> = {
      "Content-Type": file.type,
      "Cache-Control": hashed ? "public, max-age=31536000, immutable" : "public, max-age=3600",
      Vary: "Accept-Encoding",
    };
    if (gzip !== undefined) headers["Content-Encoding"] = "gzip";
    return c.body(gzip ?? file.body, 200, headers);
  }
}

/** Reads every file under `directory`. */
export function loadStaticFiles(directory: string): StaticFiles {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const found of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!found.isFile()) continue;
    const path = join(found.parentPath, found.name);
    files[path.slice(directory.length)] = new Uint8Array(readFileSync(path));
  }
  return new StaticFiles(files);
}
