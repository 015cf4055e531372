// Whether the set-up wizard is on screen. It opens by itself on a first run, once; after that only when it is asked for.
import type { Client } from "../ipc/client";

const LEFT = "keptang.setup_left";
let open = $state(false);

function wasLeft(): boolean {
  try {
    return localStorage.getItem(LEFT) === "yes";
  } catch {
    return false;
  }
}

export const setup = {
  get open(): boolean { return open; },
  show(): void { open = true; },
  leave(): void {
    open = false;
    try {
      localStorage.setItem(LEFT, "yes");
    } catch {
      // It will offer itself once more; nothing else is lost.
    }
  },
  /** On a first run, unless somebody left it before. */
  async offer(client: Client): Promise<void> {
    if (wasLeft()) return;
    try {
      if ((await client.settings_get({})).first_run) open = true;
    } catch {
      // A locked till has people, so it is no first run.
    }
  },
};
