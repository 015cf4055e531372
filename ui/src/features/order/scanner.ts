// Telling a barcode scanner from a person. A scanner types like a keyboard, but faster than fingers can, and ends with
// Enter; what it types must never become an amount. Until the burst is known for what it is, its first figures did reach
// the entry: the caller takes them back with the snapshot given here.
export const FASTEST_HAND_MS = 35;
/** No hand types this many characters in a row at that speed. */
const SURE_AT = 8;
/** Slip and payment QR texts start so (EMV tag 00), and no amount does. */
const SLIP_START = "00";
const SLIP_SURE_AT = 6;
/** A known scan may stutter; what follows it this soon still belongs to it. */
const STUTTER_MS = 300;

export type Heard = "person" | "scanner";

export class ScannerEar<Snapshot> {
  #text = "";
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #before: Snapshot | null = null;
  /** What the last burst typed. */
  typed = "";

  /** One printable key at `atMs`. `now` is taken as the snapshot when this key starts a burst. */
  hear(character: string, atMs: number, now: Snapshot): Heard {
    if (atMs - this.#lastAtMs > this.#gap()) {
      this.#text = "";
      this.#before = now;
    }
    this.#lastAtMs = atMs;
    this.#text += character;
    return this.#sure() ? "scanner" : "person";
  }

  /** Enter at `atMs`: does it end a burst? Either way the burst is over. */
  enter(atMs: number): Heard {
    const fast = atMs - this.#lastAtMs <= this.#gap();
    const heard = fast && this.#sure() ? "scanner" : "person";
    this.typed = this.#text;
    this.#text = "";
    this.#lastAtMs = Number.NEGATIVE_INFINITY;
    return heard;
  }

  /** What stood before the burst. */
  get before(): Snapshot | null {
    return this.#before;
  }

  #gap(): number {
    return this.#sure() ? STUTTER_MS : FASTEST_HAND_MS;
  }

  #sure(): boolean {
    const needed = this.#text.startsWith(SLIP_START) ? SLIP_SURE_AT : SURE_AT;
    return this.#text.length >= needed;
  }
}
