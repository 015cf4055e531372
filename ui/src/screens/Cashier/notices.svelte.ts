// Short words that go away by themselves, each in its own reserved place. Nothing here is about money or must be acted on.
export type Place =
  /** In the row under the bill's buttons: what the last action found. */
  | "answer"
  /** On the idle panel: parked, back online. */
  | "idle"
  /** Above the amount: why a key changed nothing. */
  | "key"
  /** In the training panel. */
  | "training";

export const STAYS_MS: Readonly<Record<Place, number>> = { answer: 8000, idle: 8000, key: 4000, training: 8000 };

export class Notices {
  #texts = $state<Record<Place, string>>({ answer: "", idle: "", key: "", training: "" });
  #timers = new Map<Place, ReturnType<typeof setTimeout>>();

  at(place: Place): string {
    return this.#texts[place];
  }

  say(place: Place, text: string, ms: number = STAYS_MS[place]): void {
    this.#texts[place] = text;
    clearTimeout(this.#timers.get(place));
    this.#timers.set(place, setTimeout(() => (this.#texts[place] = ""), ms));
  }

  clear(place: Place): void {
    clearTimeout(this.#timers.get(place));
    this.#texts[place] = "";
  }
}
