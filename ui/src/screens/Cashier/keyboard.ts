// The keys of the till. By place on the keyboard, so a Thai layout gives the same keys. While a dialog is open it has the
// keyboard to itself; while a field has the focus, letters are letters.
import { entryKey } from "../../features/order/keys";
import { ScannerEar } from "../../features/order/scanner";
import type { SlipDesk } from "../../features/slip/desk.svelte";
import { scannedCharacter } from "../../features/slip/form";
import type { Method } from "../../ipc/generated";
import { present } from "../../session/present.svelte";
import { receipts } from "../../session/receipts.svelte";
import { SlipActs } from "./slip-acts";
import type { Till } from "./till.svelte";

const METHOD_OF: Readonly<Record<string, Method>> = { F1: "promptpay", F2: "truemoney", F3: "crypto", F4: "cash" };
/** The paid screen must be seen: a key that was already on its way down does not wipe it. */
const PAID_GUARD_MS = 400;

export class Keyboard {
  #till: Till;
  #slips: SlipDesk;
  #acts: SlipActs;
  #ear = new ScannerEar<ReturnType<Till["snapshot"]>>();
  #paidSinceMs = 0;

  constructor(till: Till, slips: SlipDesk) {
    this.#till = till;
    this.#slips = slips;
    this.#acts = new SlipActs(till, slips);
  }

  /** The paid screen went up. */
  paidShown(nowMs: number): void {
    this.#paidSinceMs = nowMs;
  }

  onkeydown(event: KeyboardEvent): void {
    const till = this.#till;
    // A receipt has the keyboard to itself, also over the paid screen.
    if (receipts.shown !== null) return;
    if (till.dialog !== "none" && !till.paid) {
      // The window's own meanings of these keys (reload, help, full screen) are never wanted.
      if (/^F([1-9]|1[01])$/.test(event.code)) event.preventDefault();
      if (event.code === "F10" && till.dialog === "menu") till.dialog = "none";
      return;
    }
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.code === "Enter" || event.code === "NumpadEnter" || (event.code === "" && event.key === "Enter")) return this.#enter(event);
    if (event.key.length === 1 && !event.repeat) {
      if (this.#ear.hear(scannedCharacter(event), event.timeStamp, till.snapshot()) === "scanner") {
        event.preventDefault();
        return till.undoScan(this.#ear.before);
      }
    }
    const slip = till.paid ? null : this.#acts.runOf(event);
    if (slip !== null) {
      event.preventDefault();
      return event.repeat ? undefined : slip();
    }
    const key = entryKey(event);
    if (key !== null) {
      event.preventDefault();
      if (!till.resting) this.#slips.close();
      return till.key(key);
    }
    this.#command(event);
  }

  #enter(event: KeyboardEvent): void {
    if (this.#ear.enter(event.timeStamp) === "scanner") {
      event.preventDefault();
      this.#till.undoScan(this.#ear.before);
      return void this.#acts.scanned(this.#ear.typed);
    }
    // A button reached by Tab keeps its own Enter.
    const target = event.target;
    if (!this.#till.paid && target instanceof HTMLElement && target.matches("button, summary, a")) return;
    event.preventDefault();
    if (event.repeat) return;
    if (this.#till.paid && event.timeStamp - this.#paidSinceMs < PAID_GUARD_MS) return;
    if (this.#till.paid || !this.#acts.enter()) this.#till.forward();
  }

  #command(event: KeyboardEvent): void {
    const till = this.#till;
    const method = METHOD_OF[event.code];
    if (method !== undefined) {
      event.preventDefault();
      const info = till.state?.methods.find((candidate) => candidate.method === method);
      if (info?.available) till.pick(method);
      return;
    }
    const run = this.#runOf(event);
    if (run === null) return;
    event.preventDefault();
    if (!event.repeat) run();
  }

  #runOf(event: KeyboardEvent): (() => void) | null {
    const till = this.#till;
    switch (event.code || event.key) {
      case "F5": return () => void (till.paid ? undefined : till.check());
      case "F6": return () => (till.paid ? undefined : till.change());
      case "F8": return () => till.park();
      case "F9": return () => void (till.paid ? undefined : (till.dialog = "bills"));
      case "F10": return () => void (till.paid ? undefined : (till.dialog = "menu"));
      case "F11": return () => void (till.paid ? undefined : (till.dialog = "providers"));
      case "Escape": return () => (till.paid ? undefined : till.third());
      case "Slash": return event.shiftKey || event.key === "?" ? () => void (till.dialog = "keys") : null;
      case "KeyP": return till.paid && !present.locked ? () => receipts.show(till.paid?.order_id ?? "") : null;
      case "KeyT": return till.state?.training && !till.paid ? () => till.drawer.toggle(till.billRuns) : null;
      default: return event.key === "?" ? () => void (till.dialog = "keys") : null;
    }
  }
}
