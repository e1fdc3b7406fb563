const express = require("express");
const { read, write } = require("./database");

const app = express();
app.use(express.json());

// Asks no database: while none answers, pages that need none go on.
app.get("/healthz", (request, response) => response.send("ok"));

app.get("/notes", async (request, response) => {
  const [notes] = await read.query("SELECT id, text FROM notes ORDER BY id DESC LIMIT 20");
  response.json(notes);
});

app.post("/notes", async (request, response) => {
  const text = String(request.body?.text ?? "").slice(0, 500);
  const [{ insertId }] = await write.query("INSERT INTO notes (text) VALUES (?)", [text]);
  response.status(201).json({ id: insertId, text });
});

app.listen(process.env.PORT);
