import { canonicalJson, type Json, type Operation, type Row } from "./operations";
import { type RowWriter, texts, below, oneOf } from "./row-writer";

const table = "app.events";

/** Writes to the table with AUTO_INCREMENT, a document and generated columns. */
export class EventWrites {
  /** Keys of own rows that have a document. */
  private keys: string[] = [];

  constructor(private readonly writer: RowWriter) {}

  readonly kinds: readonly (() => Promise<boolean>)[] = [
    ...[() => this.insert(), () => this.insert(), () => this.insert()],
    ...[() => this.update(), () => this.setMember(), () => this.setMember()],
    ...[() => this.removeMember(), () => this.delete(), () => this.savepoint()],
    () => this.rollback(),
  ];

  private key(): string | undefined {
    return this.keys[below(this.writer.random, this.keys.length)];
  }

  private row(): Row {
    const { random, tag, digits } = this.writer;
    const doc: Json = { n: below(random, 1_000), list: [1, "€😀", null], deep: { at: tag() } };
    const byte = () => below(random, 256).toString(16).padStart(2, "0");
    const day = `20${digits(80, 2)}-0${1 + below(random, 9)}-1${digits(10, 1)}`;
    return {
      note: random() < 0.1 ? null : `${oneOf(random, texts)} ${tag()}`,
      doc: random() < 0.1 ? null : canonicalJson(doc),
      price: `${below(random, 1e9)}.${digits(100, 2)}`,
      total: String(below(random, 1e6)),
      raw: `0x${Array.from({ length: below(random, 32) }, byte).join("")}`,
      at: `${day} 1${digits(10, 1)}:2${digits(10, 1)}:3${digits(10, 1)}.${digits(1e6, 6)}`,
      ratio: String(below(random, 1e6) / 8),
      kind: oneOf(random, ["a", "b", "c", null]),
    };
  }

  private sql(rows: readonly Row[]): [string, unknown[]] {
    const names = Object.keys(rows[0]!);
    const values = rows.map((row) =>
      names.map((name) => (name === "raw" ? Buffer.from(row[name]!.slice(2), "hex") : row[name])),
    );
    return [`INSERT INTO app.events (${names.join(", ")}) VALUES ?`, [values]];
  }

  private async insert(): Promise<boolean> {
    const { session, random } = this.writer;
    const rows = Array.from({ length: 1 + below(random, 3) }, () => this.row());
    const put = (insertId: number) =>
      rows.map((row, i): Operation => {
        const id = String(insertId + i);
        if (row.doc !== null) this.keys.push(id);
        return { do: "put", table, row: { ...row, id } };
      });
    return session.unlessRolledBack(() => session.statement(...this.sql(rows), put));
  }

  private async update(): Promise<boolean> {
    const { writer } = this;
    const key = this.key();
    if (key === undefined) return writer.count1();
    const values = {
      note: `${oneOf(writer.random, texts)} ${writer.tag()}`,
      total: writer.digits(1e6, 1),
    };
    return writer.change(
      "UPDATE app.events SET note = ?, total = ? WHERE id = ?",
      [values.note, values.total, key],
      { do: "set", table, key, values },
    );
  }

  private async setMember(): Promise<boolean> {
    const { writer } = this;
    const key = this.key();
    if (key === undefined) return writer.count1();
    const member = oneOf(writer.random, ["n", "list", "new", "😀"]);
    const value: Json =
      member === "n" ? -Number(writer.id()) : { tag: writer.tag(), of: [true, "𝄞"] };
    return writer.change(
      `UPDATE app.events SET doc = JSON_SET(doc, '$."${member}"', CAST(? AS JSON)) WHERE id = ?`,
      [JSON.stringify(value), key],
      { do: "json", table, key, name: "doc", member, value },
    );
  }

  private async removeMember(): Promise<boolean> {
    const { writer } = this;
    const key = this.key();
    if (key === undefined) return writer.count1();
    return writer.session.transaction(async () => {
      const sql = "UPDATE app.events SET doc = JSON_REMOVE(doc, '$.n') WHERE id = ?";
      await writer.session.query(sql, [key]);
      const removed: Operation = { do: "json", table, key, name: "doc", member: "n" };
      return [removed, ...(await writer.bump())];
    });
  }

  private async delete(): Promise<boolean> {
    const { writer } = this;
    const key = this.key();
    if (key === undefined) return writer.count1();
    const operation: Operation = { do: "delete", table, key };
    const isDone = await writer.change("DELETE FROM app.events WHERE id = ?", [key], operation);
    if (isDone) this.keys.splice(this.keys.indexOf(key), 1);
    return isDone;
  }

  private savepoint(): Promise<boolean> {
    const { session } = this.writer;
    return session.transaction(async () => {
      const kept = await this.writer.bump();
      await session.query("SAVEPOINT s");
      await session.query(...this.sql([this.row(), this.row()]));
      await session.query("ROLLBACK TO s");
      return [...kept, ...(await this.writer.bump())];
    });
  }

  /** Leaves nothing but a hole in AUTO_INCREMENT. */
  private async rollback(): Promise<boolean> {
    const { session } = this.writer;
    await session.unlessRolledBack(async () => {
      await session.query("START TRANSACTION");
      await session.query(...this.sql([this.row()]));
      await session.query("ROLLBACK");
    });
    return false;
  }
}
