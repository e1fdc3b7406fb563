import type { z } from "zod";
import type { Account, Entry } from "../store";
import type { Ctx } from "./context";
import { rememberWrite, startSession } from "./cookies";
import { parseInput, type credentials, type newAccount, type newEntry } from "./input";
import { entryPage } from "./input";
import { usedDatabase } from "./served-by";

/** Entries of the page the query asks for. */
export async function listEntries(c: Ctx): Promise<Entry[]> {
  const page = parseInput(entryPage, c.req.query());
  const { value, node } = await c.var.services.store.entries(page, c.var.fresh);
  usedDatabase(c, node);
  return value;
}

/** Writes an entry for `author`. */
export async function writeEntry(
  c: Ctx,
  author: Account,
  input: z.infer<typeof newEntry>,
): Promise<{ entry: Entry; replayed: boolean }> {
  const { store, newKey } = c.var.services;
  const key = input.idempotencyKey ?? newKey();
  const { value, node } = await store.addEntry(author, input.text, key);
  usedDatabase(c, node);
  rememberWrite(c, value.gtid);
  return { entry: value.value, replayed: value.replayed };
}

/**
 * Makes an account and signs it in; undefined if the request is a replay with another password.
 *
 * @throws NameTakenError if somebody else has the name.
 */
export async function signUp(
  c: Ctx,
  { name, password, idempotencyKey }: z.infer<typeof newAccount>,
): Promise<Account | undefined> {
  const { store, passwords, newKey } = c.var.services;
  const hash = await passwords.hash(password);
  const { value, node } = await store.addAccount(name, hash, idempotencyKey ?? newKey());
  usedDatabase(c, node);
  // A key is no proof of identity: a replay has to know the password as well.
  if (value.replayed) return signIn(c, { name, password });
  startSession(c, value.value);
  return value.value;
}

/** Signs an account in; undefined if name or password are wrong. */
export async function signIn(
  c: Ctx,
  { name, password }: z.infer<typeof credentials>,
): Promise<Account | undefined> {
  const { store, passwords } = c.var.services;
  const found = await store.findAccount(name.trim().normalize("NFC"));
  if (!(await passwords.matches(password, found?.passwordHash)) || found === undefined) {
    return undefined;
  }
  startSession(c, found);
  return { id: found.id, name: found.name };
}
