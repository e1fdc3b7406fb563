/** Quotes any name as an SQL identifier. */
export function identifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Quotes a text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Quotes a table with its schema. */
export function qualified(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`;
}
