import { z } from "zod";

/** Lines of a service's own configuration, handed on word for word: they may do whatever the service can. */
export const rawLines = z
  .string()
  .max(8000)
  .refine((text) => text.trim() !== "" && !/[^\P{Cc}\n\t]/u.test(text));

/** What such lines have to be. */
export const rawRule = "lines of text, at most 8000 characters, without control characters";
