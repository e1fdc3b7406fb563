import { describe, expect, it } from "vitest";
import { commandText, commandWords, hasKnownPlaceholders } from "../../config/command";
import { execWords } from "../../services/app/app-program";

describe("a command", () => {
  it.each([
    ["node server.js", ["node", "server.js"]],
    ["  next   start  -p $PORT ", ["next", "start", "-p", "${PORT}"]],
    [
      "gunicorn -b 127.0.0.1:${PORT} shop.wsgi",
      ["gunicorn", "-b", "127.0.0.1:${PORT}", "shop.wsgi"],
    ],
    [`node -e 'a; b' "c d" e"f g"h`, ["node", "-e", "a; b", "c d", "ef gh"]],
    ['node --title="port $PORT"', ["node", "--title=port ${PORT}"]],
  ])("%s has its words", (text, words) => expect(commandWords(text)).toEqual(words));

  it.each([
    ["node server.js", "node server.js"],
    ["next start -p $PORT", "next start -p $PORT"],
    [`node -e 'a; b' "c d"`, `node -e 'a; b' 'c d'`],
    [`sh -c 'it"s' "it's" "x $PORT y"`, `sh -c 'it"s' 'it'"'"'s' 'x '$PORT' y'`],
    [`node '' '\\\\'`, `node '' '\\\\'`],
  ])("%s can be written down again", (text, written) => {
    const words = commandWords(text)!;
    expect(commandText(words)).toBe(written);
    expect(commandWords(commandText(words))).toEqual(words);
  });

  it.each([
    "",
    "a && b",
    "a | b",
    "a > file",
    "a `b`",
    "a $(b)",
    "a $API_KEY",
    "a ${API_KEY}",
    "a $PORTS",
    'a "$API_KEY"',
    "a '$PORT'",
    "a 'open",
    "a *.js",
    "a ~/x",
    "NODE_ENV=production a",
    "-x",
    "a\nb",
  ])("%s is refused", (text) => expect(commandWords(text)).toBeUndefined());

  it("reaches systemd word by word, with the port as its one variable", () => {
    const words = ["node", "a b", 'say "x"', "100%", "back\\slash", "--port=${PORT}"];
    expect(execWords(words)).toBe(
      'node "a b" "say \\"x\\"" 100%% "back\\\\slash" "--port=${PORT}"',
    );
    expect(execWords(["$HOME"])).toBe('"$$HOME"');
  });
});

describe("a placeholder", () => {
  it.each(["plain", "$x", "${db.host}", "a${db.user}:${db.password}@b"])("%s is known", (text) =>
    expect(hasKnownPlaceholders(text)).toBe(true),
  );
  it.each(["${db.hst}", "${}", "${db.host", "${toString}", "${db.host}${x}"])("%s is not", (text) =>
    expect(hasKnownPlaceholders(text)).toBe(false),
  );
});
