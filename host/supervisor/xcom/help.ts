import { log } from "../log";
import type { Observer } from "../observation/observer";
import type { Settings } from "../settings";
import { monotonicMs } from "../../time/monotonic";
import { type HelpPiece, helpPieces } from "./help-pieces";
import { FastRefusal, type Silence } from "./fast-refusal";
import { Reach } from "./reach";
import { SeveredLinks } from "./severed-links";
import { SlotFiller } from "./slot-filler";
import { SlotFilling } from "./slot-filling";

/**
 * Versions of MySQL that the help was measured with. It rests on times inside of XCom, which no interface
 * promises; with any other version XCom is left alone.
 */
const measuredVersions = /^9\.7\./;

/** What a version of MySQL is helped with, out of what the settings name. */
export function piecesFor(version: string, wanted: readonly HelpPiece[]): readonly HelpPiece[] {
  return measuredVersions.test(version) ? wanted : [];
}

/** Helps XCom, whose waits would hold up commits. Without it all is as safe, and some faults take longer. */
export class XcomHelp {
  private readonly reach: Reach;
  private readonly severedLinks: SeveredLinks;
  private readonly fastRefusal = new FastRefusal();
  private readonly slotFilling = new SlotFilling();
  private readonly slotFiller = new SlotFiller();
  private readonly wanted: readonly HelpPiece[];
  private saidOf: string | undefined;

  constructor(
    others: Settings["nodes"],
    settings: Pick<Settings, "xcomHelp">,
    private readonly observer: Observer,
  ) {
    this.wanted = settings.xcomHelp ?? helpPieces;
    this.reach = new Reach(others);
    this.severedLinks = new SeveredLinks(others);
  }

  /** True if the piece is in use with the MySQL that runs here. */
  has(piece: HelpPiece): boolean {
    return piecesFor(this.observer.version, this.wanted).includes(piece);
  }

  /** After each look at MySQL; says how long nothing was heard of each peer. */
  async keep(silences: readonly Silence[]): Promise<void> {
    const { observer } = this;
    const { state, groupView } = observer;
    this.sayOnce();
    if (this.has("severed-links")) this.severedLinks.see(state, silences);
    if (this.has("join-gate")) {
      observer.note(await this.reach.look(state, groupView.unreachable, monotonicMs()));
    }
    this.fastRefusal.keep(this.has("fast-refusal") ? silences : [], monotonicMs());
    const fills = this.slotFilling.next(state, groupView, monotonicMs());
    this.slotFiller.keep(this.has("slot-filling") && observer.isFresh() && fills);
  }

  /** A member is about to come or to leave. */
  announced(): void {
    this.slotFilling.announce(monotonicMs());
  }

  /** This member is about to leave. */
  leaving(): void {
    this.slotFilling.leave(monotonicMs());
  }

  private sayOnce(): void {
    const { version } = this.observer;
    if (version === "" || this.wanted.length === 0 || this.saidOf === version) return;
    this.saidOf = version;
    if (piecesFor(version, this.wanted).length > 0) return;
    log(
      5,
      `MySQL ${version}: the help for XCom was not measured with this version and stays off; a lost host then holds up commits for some seconds longer`,
    );
  }
}
