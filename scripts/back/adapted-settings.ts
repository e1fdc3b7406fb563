import { isSeq, parse, parseDocument } from "yaml";
import { consentOf } from "../../config/consent";

/** Settings whose size the cloud never decreases, by their path in the stack file. */
const onlyGrowing = [["webstack:db", "volumeGb"]] as const;

/** A stack file to go back to, with what time has changed since. */
export interface AdaptedSettings {
  /** Text of the stack file. */
  text: string;
  /** Changes of the text, such as `webstack:db → volumeGb stays 80 (40 before): …`; empty: the text is unchanged. */
  lines: string[];
}

/**
 * An earlier stack file, in which the size of the volumes is at least that of the present file: the disks have grown, and
 * the rest of the file can go back without them.
 *
 * @param now text of the stack file that was applied.
 * @param then text of the stack file to go back to; comments and all other settings stay.
 */
export function withPresentSizes(now: string, then: string): AdaptedSettings {
  const document = parseDocument(then);
  const lines = onlyGrowing.flatMap(([key, part]) => {
    const [present, earlier] = [sizeAt(parse(now), key, part), sizeAt(document.toJS(), key, part)];
    if (present === undefined || earlier === undefined || earlier >= present) return [];
    document.setIn(["config", key, part], present);
    return [
      `${key} → ${part} stays ${present} (${earlier} before): Hetzner makes no volume smaller`,
    ];
  });
  return lines.length === 0 ? { text: then, lines } : { text: textOf(document, then), lines };
}

const consentKey = "webstack:consent";

/**
 * An earlier stack file without the lines of consent whose last day is over: the program refuses such a file, and the way
 * back needs no consent, since it deletes and replaces nothing. Lines that still hold stay, for a change back of a type.
 *
 * @param then text of the stack file to go back to; comments and all other settings stay.
 * @param today the day, in UTC.
 */
export function withoutExpiredConsent(then: string, today: Date): AdaptedSettings {
  const document = parseDocument(then);
  const path = ["config", consentKey];
  const found = document.getIn(path);
  if (!isSeq(found)) return { text: then, lines: [] };
  const day = today.toISOString().slice(0, 10);
  const texts = found.toJSON() as unknown[];
  const isOver = (text: unknown) => {
    const until = typeof text === "string" ? consentOf(text)?.until : undefined;
    return until !== undefined && until < day;
  };
  const over = texts.flatMap((text, i) => (isOver(text) ? [i] : []));
  if (over.length === 0) return { text: then, lines: [] };
  if (over.length === texts.length) document.deleteIn(path);
  // From the last one on, so that the earlier numbers stay right.
  else for (const i of over.toReversed()) document.deleteIn([...path, i]);
  return {
    text: textOf(document, then),
    lines: over.map(
      (i) => `${consentKey}: left out ${JSON.stringify(texts[i])}, whose last day is over`,
    ),
  };
}

/** The text of an edited stack file, with the indentation that it had. */
function textOf(document: ReturnType<typeof parseDocument>, then: string): string {
  const indent = /^( +)\S/m.exec(then)?.[1]?.length ?? 2;
  return document.toString({ lineWidth: 0, indent });
}

/** A number in the content of a stack file; undefined if it is not set. */
function sizeAt(content: unknown, key: string, part: string): number | undefined {
  const { config } = (content ?? {}) as { config?: Record<string, unknown> };
  const group = config?.[key] as Record<string, unknown> | undefined;
  const value = Number(group?.[part] ?? NaN);
  return Number.isNaN(value) ? undefined : value;
}
