/** Number of unchanged lines shown before and after a change. */
const around = 2;
/** Largest number of compared pairs of lines; a larger difference is shown as all old lines and all new ones. */
const maxPairs = 4_000_000;

interface Line {
  kind: " " | "-" | "+";
  text: string;
}

/**
 * The lines that differ between two texts, each with the prefix `-` or `+`, and the lines around them; `@@` stands
 * for omitted lines.
 */
export function lineDiff(before: string, after: string): string[] {
  return folded(compared(linesOf(before), linesOf(after)));
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  return text.replace(/\n$/, "").split("\n");
}

function compared(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const max = Math.min(before.length, after.length) - head;
  while (tail < max && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ kind: " ", text });
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** The shortest edit, by the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): Line[] {
  const minus = (text: string): Line => ({ kind: "-", text });
  const plus = (text: string): Line => ({ kind: "+", text });
  if (before.length * after.length > maxPairs) return [...before.map(minus), ...after.map(plus)];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const here = i * width + j;
      common[here] =
        before[i] === after[j]
          ? common[here + width + 1]! + 1
          : Math.max(common[here + width]!, common[here + 1]!);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const here = i * width + j;
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: " ", text: before[i++]! });
      j++;
    } else if (
      j === after.length ||
      (i < before.length && common[here + width]! >= common[here + 1]!)
    ) {
      lines.push(minus(before[i++]!));
    } else {
      lines.push(plus(after[j++]!));
    }
  }
  return lines;
}

function folded(lines: readonly Line[]): string[] {
  const changes = lines.flatMap(({ kind }, i) => (kind === " " ? [] : [i]));
  const isNear = (i: number) => changes.some((change) => Math.abs(change - i) <= around);
  const out: string[] = [];
  let isOpen = true;
  for (const [i, { kind, text }] of lines.entries()) {
    if (isNear(i)) out.push(`${kind}${text}`);
    else if (isOpen && out.length > 0) out.push("@@");
    isOpen = isNear(i);
  }
  return out.at(-1) === "@@" ? out.slice(0, -1) : out;
}
