// The people's side of the window: locks when nobody is there or F12 says so, offers a shift to whoever signs in, and asks
// the printer how it is. None of it ever stands in the way of a sale.
import type { Client } from "../../ipc/client";
import type { PrinterState } from "../../ipc/owner-types";
import { askFirstOwner } from "../../session/approval.svelte";
import { Keeper } from "../../session/keeper.svelte";
import { may, present } from "../../session/present.svelte";
import type { Till } from "./till.svelte";

const PRINTER_EVERY_MS = 10_000;

export class Guard {
  printer = $state.raw<PrinterState | null>(null);
  /** Somebody signed in and no shift is open. */
  offerShift = $state(false);
  #till: Till;
  #client: Client;
  #keeper: Keeper;

  constructor(till: Till, client: Client) {
    this.#till = till;
    this.#client = client;
    this.#keeper = new Keeper(client, () => till.state?.idle_lock_minutes ?? 0, () => void (this.offerShift = false));
  }

  start(): () => void {
    const stopKeeper = this.#keeper.start();
    const timer = setInterval(() => void this.lookAtPrinter(), PRINTER_EVERY_MS);
    window.addEventListener("keydown", this.#onF12, { capture: true });
    return () => {
      stopKeeper();
      clearInterval(timer);
      window.removeEventListener("keydown", this.#onF12, { capture: true });
    };
  }

  async lock(): Promise<void> {
    if (present.locked) return;
    if (await this.#keeper.lock()) return;
    // Nobody could unlock it again: first there must be somebody.
    if (!present.session.has_people) await askFirstOwner();
  }

  /** Somebody has just signed in. */
  async signedIn(): Promise<void> {
    await this.#till.refresh();
    this.offerShift = may("take") && this.#till.state?.shift === null;
    await this.lookAtPrinter();
  }

  async lookAtPrinter(): Promise<void> {
    if (!this.#till.state?.printer_on || present.locked) return;
    try {
      this.printer = await this.#client.printer_state({});
    } catch {
      // Not knowing how the printer is stops nothing; the next look asks again.
    }
  }

  readonly #onF12 = (event: KeyboardEvent): void => {
    if (event.code !== "F12") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) void this.lock();
  };
}
