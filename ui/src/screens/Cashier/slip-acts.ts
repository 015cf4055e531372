// What the keys and buttons of a slip's verdict do to the till.
import type { SlipDesk } from "../../features/slip/desk.svelte";
import { formOf } from "../../features/slip/form";
import { fromText } from "../../features/slip/intake";
import { panelFace, type Act, type VerdictFace } from "../../features/slip/verdict";
import type { Till } from "./till.svelte";

export class SlipActs {
  readonly #till: Till;
  readonly #slips: SlipDesk;

  constructor(till: Till, slips: SlipDesk) {
    this.#till = till;
    this.#slips = slips;
  }

  get face(): VerdictFace | null {
    const shown = this.#slips.view === "verdict" ? this.#slips.shown : null;
    return shown ? panelFace(shown.slip, shown.over, { override: (this.#till.state?.confirmers.length ?? 0) > 0, ask: shown.source !== null }) : null;
  }

  act(act: Act): void {
    const [till, slips] = [this.#till, this.#slips];
    switch (act) {
      case "next":
        slips.close();
        return till.billRuns ? till.park() : till.close();
      case "other": return slips.choose();
      case "again": return slips.again();
      case "override": return void (till.dialog = "slip_override");
      case "back": return slips.close();
      case "open": {
        const bill = slips.shown?.earlier ?? slips.shown?.bill ?? null;
        slips.close();
        if (bill) till.open(bill);
      }
    }
  }

  /** A scanner's text. False when it is none of a slip's business. */
  scanned(text: string): boolean {
    if (formOf(text) !== "code") return false;
    this.#till.notices.clear("key");
    this.#slips.take(fromText(text));
    return true;
  }

  /** Enter over a verdict. */
  enter(): boolean {
    const face = this.face;
    const [first] = face?.acts ?? [];
    if (face === null) return false;
    if (face.decided && first !== undefined) this.act(first);
    return true;
  }

  /** Keys that mean something else over a verdict or the tray. */
  runOf(event: KeyboardEvent): (() => void) | null {
    const slips = this.#slips;
    const acts = this.face?.acts ?? [];
    switch (event.code || event.key) {
      case "F7": return event.shiftKey ? () => slips.toggleTray() : () => slips.choose();
      case "Escape": return slips.view === "none" ? null : () => slips.close();
      case "F8": return acts.includes("next") ? () => this.act("next") : null;
      case "F5": return acts.includes("again") ? () => this.act("again") : null;
    }
    const figure = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const chosen = figure === undefined ? undefined : slips.shown?.choices[Number(figure) - 1];
    return chosen && slips.view === "verdict" ? () => slips.pick(chosen.number) : null;
  }
}
