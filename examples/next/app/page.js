import { revalidatePath } from "next/cache";
import { database } from "../lib/database";

export const dynamic = "force-dynamic";

async function add(form) {
  "use server";
  const text = String(form.get("text") ?? "").slice(0, 500);
  await database().write.query("INSERT INTO notes (text) VALUES (?)", [text]);
  revalidatePath("/");
}

export default async function Page() {
  const [notes] = await database().read.query(
    "SELECT id, text FROM notes ORDER BY id DESC LIMIT 20",
  );
  return (
    <main>
      <h1>Notes</h1>
      <form action={add}>
        <input name="text" required maxLength={500} />
        <button>Add</button>
      </form>
      <ul>
        {notes.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
    </main>
  );
}
