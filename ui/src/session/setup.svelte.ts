// Whether the set-up wizard is on screen. It opens by itself on a first run, and again where somebody was when the program
// was started anew, which new settings need; once it was left, only when it is asked for.
import type { Client } from "../ipc/client";

const KEPT = "keptang.setup";
const LEFT = "left";
let open = $state(false);

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(word: string): void {
  try {
    localStorage.setItem(KEPT, word);
  } catch {
    // It will offer itself once more; nothing else is lost.
  }
}

export const setup = {
  get open(): boolean { return open; },
  /** The step somebody was at when the window closed; null for the first. */
  get step(): string | null {
    const word = kept();
    return word === LEFT ? null : word;
  },
  show(): void { open = true; },
  /** Somebody is at this step now. */
  at(step: string): void { keep(step); },
  leave(): void {
    open = false;
    keep(LEFT);
  },
  /** On a first run, or where it was not left before. */
  async offer(client: Client): Promise<void> {
    if (kept() === LEFT) return;
    try {
      if (kept() !== null || (await client.settings_get({})).first_run) open = true;
    } catch {
      // A locked till has people, so it is no first run.
    }
  },
};
