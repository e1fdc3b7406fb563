import { isIP } from "node:net";
import { isMap } from "../plugin/values";

/** Length of the shortest text that counts as a secret; shorter texts would redact ordinary words. */
const least = 8;

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return isMap(value) || Array.isArray(value) ? Object.values(value).flatMap(leaves) : [];
}

function json(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/**
 * Texts of a secret file to redact: the whole text, each line, each value, and each password in a URL. An address
 * is not secret, though an app's variables contain addresses beside passwords.
 */
function secretTexts(content: string): string[] {
  const lines = content.split("\n");
  const values = lines.map((line) => line.slice(line.indexOf("=") + 1).replace(/^["']|["']$/g, ""));
  const all = [content, ...lines, ...values, ...leaves(json(content))];
  const passwords = all.flatMap((text) =>
    [...text.matchAll(/:\/\/[^\s:/@]*:([^\s@/]+)@/g)].flatMap(([, word]) => [
      word!,
      decodeURIComponent(word!),
    ]),
  );
  return [...all, ...passwords]
    .map((text) => text.trim())
    .filter((text) => text.length >= least && isIP(text) === 0);
}

/** A function that redacts the contents of secret files in a text. */
export function redactor(secrets: Record<string, string>): (text: string) => string {
  const hidden = [...new Set(Object.values(secrets).flatMap(secretTexts))];
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, one) => shown.replaceAll(one, "[secret]"), text);
}
