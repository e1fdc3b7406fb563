import { gunzipSync } from "node:zlib";
import { parse } from "yaml";

interface WrittenFile {
  path: string;
  content: string;
  encoding?: string;
}

/** The files that a cloud-config writes, by path, unpacked. */
export function writtenFiles(userData: string): Record<string, string> {
  const { write_files: files } = parse(userData, { version: "1.1" }) as {
    write_files: WrittenFile[];
  };
  return Object.fromEntries(files.map((file) => [file.path, unpacked(file)]));
}

function unpacked({ content, encoding }: WrittenFile): string {
  return encoding ? gunzipSync(Buffer.from(content, "base64")).toString() : content;
}
