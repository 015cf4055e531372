// Says out loud what the screen says anyway, when sound is on.
import { play, speak, type Signal } from "../../features/payment/sound";
import { needsPerson } from "../../bill/rows";
import type { Order } from "../../ipc/generated";
import { m } from "../../messages/index.svelte";

const REVIEW_AFTER_PAID_MS = 700;

export class Voice {
  #on: () => boolean;

  constructor(on: () => boolean) {
    this.#on = on;
  }

  signal(signal: Signal): void {
    if (this.#on()) play(signal);
  }

  /** Two rising notes, then the amount, the last three figures of the bill and the shift word. */
  paid(order: Order, shiftWord: string): void {
    if (!this.#on()) return;
    play("paid");
    const digits = (order.number.match(/\d/g) ?? []).slice(-3).join(" ");
    speak(m.paid_spoken({ words: order.words_th, digits, word: shiftWord }));
    if (needsPerson(order)) setTimeout(() => this.signal("review"), REVIEW_AFTER_PAID_MS);
  }
}
