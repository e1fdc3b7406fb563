import type { Random } from "./random";

const blocks = [
  ...[
    "192.0.2.7",
    "192.0.2.7/",
    "/32",
    "192.0.2.7/33",
    "192.0.2.7/-1",
    "192.0.2.7/032",
    "192.0.2.0/24/8",
  ],
  ...[
    "192.0.2.7/24",
    "192.0.2/24",
    "192.0.2.256/32",
    "192.0.2.07/32",
    "0x7f.1/32",
    "3221225991/32",
  ],
  ...[
    "192.0.2.7/3 2",
    " 192.0.2.7/32",
    "192.0.2.7/32 ",
    "192.0.2.7/1e1",
    "١٩٢.0.2.7/32",
    "192。0。2。7/32",
  ],
  ...["0.0.0.0/0", "0.0.0.0/32", "255.255.255.255/32", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/21"],
  ...[
    "10.0.0.0/22",
    "172.31.0.0/16",
    "172.16.0.0/12",
    "172.32.0.0/16",
    "192.168.0.0/16",
    "192.168.8.0/21",
  ],
  ...["::/0", "::1/128", "2001:db8::/129", "2001:db8::1/64", "2001:db8:::/32", "fe80::1%eth0/128"],
  ...[
    "1:2:3:4:5:6:7::/128",
    "::ffff:192.0.2.7/128",
    "::192.0.2.7/96",
    "2001:DB8::/32",
    "fc00::/7",
    "2000::/3",
  ],
  ...["1:2:3:4:5:6:7:8:9/128", "1:2:3:4:5:6:192.0.2.7/128", "[::1]/128", "2001:db8::/019"],
];

const pieces = [
  ...[
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u001b[31m",
    "\u007f",
    "\u0085",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\u200d",
  ],
  ...["\ud800", "\udc00", "é", "Ä", "ı", "😀", "𝟙", "٣", "日本", "Å", " ", "  ", "\u00a0"],
  ...[
    "'",
    '"',
    "`",
    "\\",
    "$",
    "${",
    "${db.host}",
    "${db.hots}",
    "${}",
    "$PORT",
    "${PORT}",
    "%",
    "%n",
    "{{",
    "}",
  ],
  ...[
    "/",
    "//",
    "..",
    "/../",
    "*",
    "*/0",
    "*/15",
    "-",
    "--",
    "=",
    ";",
    "|",
    "&",
    "<",
    ">",
    "#",
    ":",
    ",",
    "@",
  ],
  ...[
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "NaN",
    "null",
    "true",
    "undefined",
    "__proto__",
    "constructor",
  ],
];

/** A text that is nearly another one, or a block of addresses that is nearly right. */
export function nearText(text: string, random: Random): string {
  const cut = random.int(text.length + 1);
  switch (random.int(9)) {
    case 0:
      return "";
    case 1:
      return text.slice(0, cut);
    case 2:
      return text.slice(0, cut) + text.slice(cut + 1);
    case 3:
      return text.toUpperCase();
    case 4:
      return text.repeat(random.one([2, 3, 400]));
    case 5:
      return random.one(blocks);
    case 6:
      return random.one([` ${text}`, `${text} `, `${text}\n`, `"${text}"`, text.normalize("NFD")]);
    default:
      return text.slice(0, cut) + random.one(pieces) + text.slice(cut);
  }
}
