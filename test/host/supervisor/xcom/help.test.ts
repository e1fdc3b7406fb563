import { describe, expect, it } from "vitest";
import { helpPieces, piecesFor } from "../../../../host/supervisor/xcom/help";

describe("the help for XCom", () => {
  it.each(["9.7.0", "9.7.4", "9.7.4-0ubuntu1", "8.4.13-0ubuntu0.26.04.2"])(
    "is there for MySQL %s",
    (version) => {
      expect(piecesFor(version, helpPieces)).toEqual(helpPieces);
      expect(piecesFor(version, ["join-gate"])).toEqual(["join-gate"]);
      expect(piecesFor(version, [])).toEqual([]);
    },
  );

  it.each(["8.0.46", "8.5.0", "9.6.0", "9.70.0", "10.0.1", "19.7.1", ""])(
    "is not there for MySQL %s, which it was not measured with",
    (version) => {
      expect(piecesFor(version, helpPieces)).toEqual([]);
    },
  );
});
