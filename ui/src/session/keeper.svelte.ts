// Watches whether anybody is still there. After the owner's minutes without a key or a touch the till locks itself; what the
// customer sees, the live QR and the paid signal, go on. Monotonic: a wall clock that is set must not lock or unlock.
import type { Client } from "../ipc/client";
import { lockNow, present } from "./present.svelte";

const LOOK_EVERY_MS = 1000;

export class Keeper {
  #client: Client;
  #minutes: () => number;
  #lastMs = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  #locked: () => void;

  /** `locked` is called after the till has locked itself. */
  constructor(client: Client, minutes: () => number, locked: () => void) {
    this.#client = client;
    this.#minutes = minutes;
    this.#locked = locked;
  }

  /** Somebody is there. */
  readonly stir = (): void => {
    this.#lastMs = performance.now();
  };

  start(): () => void {
    const signs = ["pointerdown", "pointermove", "keydown", "wheel"] as const;
    for (const sign of signs) window.addEventListener(sign, this.stir, { capture: true, passive: true });
    this.stir();
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    return () => {
      clearInterval(this.#timer);
      for (const sign of signs) window.removeEventListener(sign, this.stir, { capture: true });
    };
  }

  /** Locks when nobody has been here for long enough. */
  async look(): Promise<void> {
    const minutes = this.#minutes();
    if (minutes <= 0 || present.session.person === null || performance.now() - this.#lastMs < minutes * 60_000) return;
    await this.lock();
  }

  /** False where nobody could unlock it again. */
  async lock(): Promise<boolean> {
    this.stir();
    try {
      const done = await lockNow(this.#client);
      if (done) this.#locked();
      return done;
    } catch {
      // The backend is away for a moment; the next look tries again.
      return false;
    }
  }
}
