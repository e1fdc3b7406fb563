import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { type Registration, secretValue } from "./record";

interface WrittenFile {
  path: string;
  content: string;
  encoding?: string;
}

/** The user data of a server: a secret as a whole, because of the key of the first contact. */
export function userDataOf({ inputs }: Registration): string {
  return secretValue(inputs.userData) as string;
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
