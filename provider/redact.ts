import { isIP } from "node:net";
import { isMap } from "../plugin/values";

/** Shortest text that counts as a secret; shorter ones would blank out ordinary words. */
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
 * Texts of a secret file that must not be seen: whole, by line, by value and by password in a URL. An address
 * is none, which an app's variables hold beside its passwords.
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

/** A function that blanks the contents of secret files out of a text. */
export function redactor(secrets: Record<string, string>): (text: string) => string {
  const hidden = [...new Set(Object.values(secrets).flatMap(secretTexts))];
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, one) => shown.replaceAll(one, "[secret]"), text);
}
