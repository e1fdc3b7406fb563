/** The pieces of the XCom help. Each can be disabled on its own, so that its effect can be measured. */
export const helpPieces = ["fast-refusal", "severed-links", "slot-filling", "join-gate"] as const;
/** Name of one piece of the XCom help. */
export type HelpPiece = (typeof helpPieces)[number];
