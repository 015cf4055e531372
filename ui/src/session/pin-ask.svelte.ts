// One person typing one PIN: who, the figures so far, the answer, and the pause after too many wrong ones. The PIN leaves
// only inside `submit` and is forgotten at once.
import { pinFigure } from "../design/components/pin-keys";
import { codeOf, errorText } from "../ipc/errors";
import type { ApiError } from "../ipc/generated";
import type { Approver } from "../ipc/owner-types";
import { pulse } from "../lib/pulse.svelte";
import { countdownText } from "../lib/time";
import { m } from "../messages/index.svelte";

export const SHORTEST_PIN = 4;
export const LONGEST_PIN = 12;

export class PinAsk {
  pin = $state("");
  busy = $state(false);
  fault = $state.raw<ApiError | null>(null);
  #chosen = $state<string | null>(null);
  #lockedUntil = $state<number | null>(null);
  #people: () => readonly { name: string }[];

  constructor(people: () => readonly { name: string }[]) {
    this.#people = people;
  }

  get person(): string {
    const names = this.#people().map((one) => one.name);
    return this.#chosen !== null && names.includes(this.#chosen) ? this.#chosen : (names[0] ?? "");
  }
  get lockedMs(): number { return this.#lockedUntil === null ? 0 : Math.max(0, this.#lockedUntil - pulse.now); }
  get open(): boolean { return !this.busy && this.lockedMs === 0 && this.person !== ""; }
  get ready(): boolean { return this.open && this.pin.length >= SHORTEST_PIN; }
  get wrong(): boolean { return this.lockedMs > 0 || (this.fault !== null && this.pin === ""); }
  /** The line under the dots: what was wrong, how long the pause is, or the rule. */
  get answer(): string {
    if (this.person === "") return m.ask_pin_nobody();
    if (this.lockedMs > 0) return m.pin_locked({ time: countdownText(this.lockedMs) });
    return this.fault && codeOf(this.fault) !== "pin_locked" && this.pin === "" ? errorText(this.fault) : m.confirm_pin_rule();
  }

  choose(name: string): void {
    this.#chosen = name;
    this.pin = "";
    this.fault = null;
    // A pause is one person's; another may try.
    this.#lockedUntil = null;
  }

  /** Figures and Backspace by place on the keyboard. True when the key was taken. */
  key(event: KeyboardEvent): boolean {
    const figure = pinFigure(event);
    if (figure !== null) {
      if (this.open && this.pin.length < LONGEST_PIN) this.pin += figure;
      return true;
    }
    if (event.code !== "Backspace") return false;
    this.pin = this.pin.slice(0, -1);
    return true;
  }

  /** `run` answers null when it was granted. */
  async submit(run: (approver: Approver) => Promise<ApiError | null>): Promise<boolean> {
    if (!this.ready) return false;
    this.busy = true;
    const approver = { user: this.person, pin: this.pin };
    this.pin = "";
    this.fault = await run(approver);
    this.busy = false;
    const pauseS = this.fault && codeOf(this.fault) === "pin_locked" ? Number(this.fault.params.seconds ?? "0") : 0;
    this.#lockedUntil = pauseS > 0 ? performance.now() + pauseS * 1000 : null;
    return this.fault === null;
  }
}
