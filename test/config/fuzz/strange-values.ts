import type { Random } from "./random";

/** Names that objects have anyway, and names that break lines, lists or terminals. */
export const strangeNames = [
  ...["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "toJSON"],
  ...[
    "__defineGetter__",
    "isPrototypeOf",
    "then",
    "length",
    "0",
    "-1",
    "<name>",
    "count",
    "command",
  ],
  ...[
    "",
    " ",
    "\0",
    "a\nb",
    "a\r  - webstack:x must",
    "\u001b[2J",
    "\u202eabc",
    "\ud800",
    "é",
    "😀",
    "n".repeat(3000),
  ],
  ...["a.b", 'a"b', "a'b", "tokn", "serverTyp", "PATH", "LD_PRELOAD", "/constructor", "/__proto__"],
];

const values: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    -0,
    0.1,
    1.5,
    2 ** 53,
    -(2 ** 63),
    1e308,
    5e-324,
    Infinity,
    -Infinity,
  ],
  ...[
    "",
    " ",
    "0",
    "-5",
    "true",
    "null",
    "[]",
    "{}",
    "{",
    '"',
    "undefined",
    "NaN",
    "\0",
    "\n",
    "é",
    "😀",
  ],
  ...[
    "\ud800",
    "\u202e\u0000\u001b[31m",
    "constructor",
    "__proto__",
    "toString",
    "x".repeat(20_000),
  ],
  ...[
    `${"😀".repeat(100)}`,
    `${"x".repeat(77)}😀😀`,
    "(".repeat(5000),
    "a.".repeat(3000),
    "'a ".repeat(3000),
  ],
  ...[
    "\0/tmp",
    "x/".repeat(5000),
    `${"a".repeat(300)}`,
    "file:///etc/passwd",
    "../../../etc",
    "/dev/null",
  ],
  ...[
    [],
    [[]],
    [[[[1]]]],
    [null],
    [1, "a", null, {}],
    [["192.0.2.7/32"]],
    {},
    { a: { b: { c: {} } } },
  ],
  ...[
    { toString: 1 },
    [{ toString: 1 }],
    { valueOf: null, toString: null },
    [{ toJSON: 1 }],
    { length: 3 },
  ],
  ...["1,".repeat(5000), "* * * * *", "*/0 * * * *", "0 0 31 2 *", "99 * * * *", "- - - - -"],
];

/** Words for what JSON can say and a value of JavaScript cannot, or not well. */
const inJson: Readonly<Record<string, string>> = {
  "@deep": `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  "@huge": "1e999",
  "@prototype": '{ "__proto__": { "count": 1 } }',
};

/** A value as a stack file's JSON. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replace(/"(@\w+)"/g, (whole, word: string) => inJson[word] ?? whole);
}

/** A value that hardly any setting takes. */
export function strangeValue(random: Random): unknown {
  if (random.int(50) === 0) return Array.from({ length: 5000 }, () => "192.0.2.7/32");
  const value = random.one([...values, ...strangeNames, ...Object.keys(inJson)]);
  return typeof value === "object" && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}
