import { z } from "zod";

/** Lines of a service's own configuration, passed on verbatim: they may use every feature of the service. */
export const rawLines = z
  .string()
  .max(8000)
  .refine((text) => text.trim() !== "" && !/[^\P{Cc}\n\t]/u.test(text));

/** Rule for such lines, as in messages. */
export const rawRule = "lines of text, at most 8000 characters, without control characters";
