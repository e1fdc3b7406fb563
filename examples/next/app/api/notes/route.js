import { database } from "../../../lib/database";

export const dynamic = "force-dynamic";

export async function GET() {
  const [notes] = await database().read.query(
    "SELECT id, text FROM notes ORDER BY id DESC LIMIT 20",
  );
  return Response.json(notes);
}

export async function POST(request) {
  const text = String((await request.json()).text ?? "").slice(0, 500);
  const [{ insertId }] = await database().write.query("INSERT INTO notes (text) VALUES (?)", [
    text,
  ]);
  return Response.json({ id: insertId, text }, { status: 201 });
}
