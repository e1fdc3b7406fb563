import { parse, parseDocument } from "yaml";

/** Settings whose size the cloud never decreases, by their path in the stack file. */
const onlyGrowing = [["webstack:db", "volumeGb"]] as const;

/** A stack file to go back to, with the sizes that cannot decrease. */
export interface Kept {
  /** Text of the stack file. */
  text: string;
  /** Kept sizes, such as `webstack:db → volumeGb stays 80 (40 before): …`; empty: the text is unchanged. */
  lines: string[];
}

/**
 * An earlier stack file, in which the size of the volumes is at least that of the present file: the disks have grown, and
 * the rest of the file can go back without them.
 *
 * @param now text of the stack file that was applied.
 * @param then text of the stack file to go back to; comments and all other settings stay.
 */
export function keepingSizes(now: string, then: string): Kept {
  const document = parseDocument(then);
  const lines = onlyGrowing.flatMap(([key, part]) => {
    const [present, earlier] = [sizeAt(parse(now), key, part), sizeAt(document.toJS(), key, part)];
    if (present === undefined || earlier === undefined || earlier >= present) return [];
    document.setIn(["config", key, part], present);
    return [
      `${key} → ${part} stays ${present} (${earlier} before): Hetzner makes no volume smaller`,
    ];
  });
  if (lines.length === 0) return { text: then, lines };
  const indent = /^( +)\S/m.exec(then)?.[1]?.length ?? 2;
  return { text: document.toString({ lineWidth: 0, indent }), lines };
}

/** A number in the content of a stack file; undefined if it is not set. */
function sizeAt(content: unknown, key: string, part: string): number | undefined {
  const { config } = (content ?? {}) as { config?: Record<string, unknown> };
  const group = config?.[key] as Record<string, unknown> | undefined;
  const value = Number(group?.[part] ?? NaN);
  return Number.isNaN(value) ? undefined : value;
}
