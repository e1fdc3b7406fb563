import { describe, expect, it } from "vitest";
import {
  acceptedPassword,
  change,
  creation,
  markOf,
  type Password,
  readMarks,
} from "../../../../host/supervisor/core/passwords";

/** An account as MySQL 9.7 keeps it (tried): two passwords, and attributes that the same statement changes. */
class Account {
  primary = "";
  secondary = "";
  attributes: string | undefined;

  run(sql: string): void {
    const [, password, retain, attributes] =
      /IDENTIFIED BY '(\w+)'( RETAIN CURRENT PASSWORD)? REQUIRE SSL ATTRIBUTE '([^']+)'$/.exec(
        sql,
      )!;
    if (retain) this.secondary = this.primary;
    this.primary = password!;
    this.attributes = attributes;
  }

  get marks(): readonly string[] {
    if (this.attributes === undefined) return [];
    const { webstack } = JSON.parse(this.attributes) as { webstack: unknown };
    return readMarks([["app", JSON.stringify(webstack)]]).app;
  }

  accepts(password: string): boolean {
    return [this.primary, this.secondary].includes(password);
  }
}

function created(first: string): Account {
  const account = new Account();
  account.run(creation("app", [first]));
  return account;
}

/** Follows a file; after each statement the account still accepts what the app has. Returns the refusal. */
function follow(account: Account, file: Password, ofApp: string): string | undefined {
  const made = change("app", file, account.marks);
  if ("refusal" in made) return made.refusal;
  for (const statement of made.statements) {
    account.run(statement);
    expect(account.accepts(ofApp)).toBe(true);
    // The marks never promise a password that the account does not accept.
    const known = ["one", "two", "three", "four"].filter((one) =>
      account.marks.includes(markOf(one)),
    );
    expect(known.every((one) => account.accepts(one))).toBe(true);
  }
  return undefined;
}

describe("a new password", () => {
  it("is accepted beside the former one, until the next", () => {
    const account = created("one");
    follow(account, ["two", "one"], "one");
    expect([account.primary, account.secondary]).toEqual(["two", "one"]);
    follow(account, ["three", "two"], "two");
    expect([account.primary, account.secondary]).toEqual(["three", "two"]);
  });

  it("is set once: a second time would put out the former one", () => {
    const account = created("one");
    follow(account, ["two", "one"], "one");
    expect(change("app", ["two", "one"], account.marks)).toEqual({ statements: [] });
  });

  it("stays when a node with the earlier file becomes the primary", () => {
    const account = created("one");
    follow(account, ["two", "one"], "one");
    expect(change("app", ["one"], account.marks)).toEqual({ statements: [] });
  });

  it("may be taken back, and given again", () => {
    const account = created("one");
    follow(account, ["two", "one"], "one");
    follow(account, ["three", "two"], "two");
    // The app is back at two, and another password takes the place of three.
    follow(account, ["two", "one"], "two");
    follow(account, ["four", "two"], "two");
    expect([account.primary, account.secondary]).toEqual(["four", "two"]);
  });

  it("goes on after an interruption between two statements", () => {
    const account = created("one");
    follow(account, ["two", "one"], "one");
    follow(account, ["three", "two"], "two");
    const made = change("app", ["four", "two"], account.marks) as { statements: string[] };
    expect(made.statements).toHaveLength(2);
    account.run(made.statements[0]!);
    follow(account, ["four", "two"], "two");
    expect([account.primary, account.secondary]).toEqual(["four", "two"]);
  });

  it("is refused if the version was raised by two, so that no app loses its password", () => {
    const account = created("one");
    expect(follow(account, ["three", "two"], "one")).toMatch(/neither the present nor the former/);
    expect(account.accepts("one")).toBe(true);
  });

  it("follows an account of a release without marks", () => {
    const account = created("one");
    account.attributes = undefined;
    follow(account, ["two", "one"], "one");
    expect([account.primary, account.secondary]).toEqual(["two", "one"]);
  });

  it("of a new stack takes over the data of another one", () => {
    const account = created("one");
    follow(account, ["four"], "one");
    expect(account.accepts("four")).toBe(true);
  });
});

describe("marks", () => {
  it("tell nothing of the password, and everything else counts as none", () => {
    expect(markOf("one")).toMatch(/^[0-9a-f]{16}$/);
    const marks = readMarks([
      ["app", '["0123456789abcdef"]'],
      ["replication", '{"a": 1}'],
    ]);
    expect(marks).toEqual({ app: ["0123456789abcdef"], replication: [] });
    expect(readMarks([["app", "NULL"]]).app).toEqual([]);
  });
});

describe("the password of a joining node", () => {
  const file: Password = ["two", "one"];
  const [one, two] = [markOf("one"), markOf("two")];

  it.each<[string, string, (readonly string[] | undefined)[]]>([
    ["the new one once all members accept it", "two", [[two, one], [two]]],
    ["the former one while one member knows only that", "one", [[two, one], [one]]],
    ["the former one for members of a release without marks", "one", [undefined, []]],
    ["the new one if no member knows either", "two", [[markOf("four")]]],
    ["the new one without members", "two", []],
  ])("is %s", (_, expected, accepted) => {
    expect(acceptedPassword(file, accepted)).toBe(expected);
  });

  it("is the only one of a stack that never changed it", () => {
    expect(acceptedPassword(["one"], [undefined, []])).toBe("one");
  });
});
