/** What the help consists of; each piece can be left out, so that what it saves can be measured. */
export const helpPieces = ["fast-refusal", "severed-links", "slot-filling", "join-gate"] as const;
/** One piece of the help. */
export type HelpPiece = (typeof helpPieces)[number];
