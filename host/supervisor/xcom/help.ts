import { log } from "../log";
import type { Observer } from "../observation/observer";
import { monotonicMs } from "../../time/monotonic";
import { FastRefusal, type PeerSilence, SeveredLinks } from "./silent-hosts";
import { XcomReachability } from "./xcom-reachability";
import { SlotFiller } from "./slot-filler";
import { SlotFilling } from "./slot-filling";

/** The pieces of the XCom help. Each can be disabled on its own, so that its effect can be measured. */
export const helpPieces = ["fast-refusal", "severed-links", "slot-filling", "join-gate"] as const;
/** Name of one piece of the XCom help. */
export type HelpPiece = (typeof helpPieces)[number];

/**
 * MySQL versions that the XCom help was measured with. The help depends on timings inside XCom, which no
 * interface guarantees; with any other version it stays off.
 */
const measuredVersions = /^(8\.4|9\.7)\./;

/** The wanted pieces that are used with this version of MySQL. */
export function piecesFor(version: string, wanted: readonly HelpPiece[]): readonly HelpPiece[] {
  return measuredVersions.test(version) ? wanted : [];
}

/**
 * Shortens waits of XCom that would delay commits. Without it everything is as safe, but some faults last
 * longer.
 */
export class XcomHelp {
  private readonly reach: XcomReachability;
  private readonly severedLinks: SeveredLinks;
  private readonly fastRefusal = new FastRefusal();
  private readonly slotFilling = new SlotFilling();
  private readonly slotFiller = new SlotFiller();
  private readonly wanted: readonly HelpPiece[];
  private saidOf: string | undefined;

  constructor(
    others: readonly { name: string; privateIp: string }[],
    settings: { xcomHelp?: readonly HelpPiece[] },
    private readonly observer: Observer,
  ) {
    this.wanted = settings.xcomHelp ?? helpPieces;
    this.reach = new XcomReachability(others);
    this.severedLinks = new SeveredLinks(others);
  }

  /** True if the piece is used with the MySQL that runs here. */
  has(piece: HelpPiece): boolean {
    return piecesFor(this.observer.version, this.wanted).includes(piece);
  }

  /** Runs after each poll of MySQL, with the time since each peer's last sign of life. */
  async keep(silences: readonly PeerSilence[]): Promise<void> {
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

  /** A member is about to join or to leave. */
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
