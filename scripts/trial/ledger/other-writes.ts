import type { Operation } from "./operations";
import { incremented, type RowWriter, below } from "./row-writer";
import { counterCount } from "./schema";

/** Writes to the other tables: shared rows, keys with 4-byte text, a trigger, a foreign key, a procedure, values of the server. */
export class OtherWrites {
  private folders: string[] = [];

  constructor(private readonly writer: RowWriter) {}

  readonly kinds: readonly (() => Promise<boolean>)[] = [
    ...[
      () => this.writer.count1(),
      () => this.writer.count1(),
      () => this.word(),
      () => this.word(),
    ],
    ...[() => this.forgetWord(), () => this.order(), () => this.folder()],
    ...[() => this.deleteFolder(), () => this.call(), () => this.stamp()],
  ];

  private word(): Promise<boolean> {
    const [word, tag] = [this.writer.word(), this.writer.tag()];
    return this.writer.change(
      "INSERT INTO app.words VALUES (?, 1, ?) ON DUPLICATE KEY UPDATE uses = uses + 1, tag = ?",
      [word, tag, tag],
      {
        ...{ do: "put or set", table: "app.words", row: { word, uses: "1", tag } },
        ...{ values: { tag }, counted: "uses" },
      },
    );
  }

  private forgetWord(): Promise<boolean> {
    const key = this.writer.word();
    return this.writer.session.transaction(async () => {
      const others = await this.writer.bump();
      await this.writer.session.query("DELETE FROM app.words WHERE word = ?", [key]);
      return [...others, { do: "delete", table: "app.words", key }];
    });
  }

  private order(): Promise<boolean> {
    const row = { id: this.writer.id(), note: this.writer.word() };
    const operation: Operation = { do: "put", table: "app.orders", row };
    return this.writer.change(
      "INSERT INTO app.orders VALUES (?, ?)",
      [row.id, row.note],
      operation,
    );
  }

  private async folder(): Promise<boolean> {
    const { writer } = this;
    const row = { id: writer.id(), name: writer.word() };
    const files = [0, 1, 2].map(() => ({ id: writer.id(), folder: row.id, name: writer.word() }));
    const isDone = await writer.session.transaction(async () => {
      await writer.session.query("INSERT INTO app.folders VALUES (?, ?)", [row.id, row.name]);
      const values = files.map(({ id, folder, name }) => [id, folder, name]);
      await writer.session.query("INSERT INTO app.files VALUES ?", [values]);
      const put = files.map((file): Operation => ({ do: "put", table: "app.files", row: file }));
      return [{ do: "put", table: "app.folders", row }, ...put];
    });
    if (isDone) this.folders.push(row.id);
    return isDone;
  }

  /** The rows of `app.files` leave with it. */
  private async deleteFolder(): Promise<boolean> {
    const key = this.folders[below(this.writer.random, this.folders.length)];
    if (key === undefined) return this.folder();
    const operation: Operation = { do: "delete", table: "app.folders", key };
    const isDone = await this.writer.change(
      "DELETE FROM app.folders WHERE id = ?",
      [key],
      operation,
    );
    if (isDone) this.folders.splice(this.folders.indexOf(key), 1);
    return isDone;
  }

  private call(): Promise<boolean> {
    const { session, random, tag } = this.writer;
    const [key, mark] = [String(1 + below(random, counterCount)), tag()];
    return session.transaction(async () => {
      await session.query("CALL app.bump(?, ?)", [Number(key), mark]);
      return incremented(key, mark, 10);
    });
  }

  /** A row whose values MySQL makes: they are read before the commit. */
  private stamp(): Promise<boolean> {
    const { session, tag: next } = this.writer;
    const tag = next();
    return session.transaction(async () => {
      await session.query("INSERT INTO app.stamps (tag) VALUES (?)", [tag]);
      const sql = "SELECT id, made, luck FROM app.stamps WHERE tag = ?";
      const [row] = (await session.query(sql, [tag])).rows;
      const [id, made, luck] = row as [string, string, string];
      return [{ do: "put", table: "app.stamps", row: { id, tag, made, luck } }];
    });
  }
}
