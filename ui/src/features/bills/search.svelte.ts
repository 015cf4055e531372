// The list of bills for what was asked: the newest answer wins, more comes page by page. Across days a permitted person
// may be needed; leaving that question leaves the list as it was.
import type { Client } from "../../ipc/client";
import { asApiError, errorText } from "../../ipc/errors";
import type { Order } from "../../ipc/generated";
import type { OrderFind } from "../../ipc/day-types";
import { withApproval } from "../../session/approval.svelte";
import { m } from "../../messages/index.svelte";

const PAGE = 50;
const PAUSE_MS = 180;

export class Search {
  orders = $state.raw<readonly Order[]>([]);
  more = $state(false);
  busy = $state(false);
  /** The first answer has come. */
  asked = $state(false);
  problem = $state("");
  #client: Client;
  #wish: OrderFind = {};
  #turn = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Soon, once the typing rests. */
  soon(wish: OrderFind): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.find(wish), PAUSE_MS);
  }

  async find(wish: OrderFind): Promise<void> {
    clearTimeout(this.#pause);
    this.#wish = wish;
    await this.#ask(null);
  }

  /** Older ones, behind those that are shown. */
  async next(): Promise<void> {
    const last = this.orders.at(-1);
    if (!this.more || this.busy || !last) return;
    await this.#ask(last.number);
  }

  async #ask(before: string | null): Promise<void> {
    const mine = ++this.#turn;
    this.busy = true;
    this.problem = "";
    try {
      const found = await withApproval("review", (as) => this.#client.order_find({ ...this.#wish, limit: PAGE, ...(before === null ? {} : { before }), ...as }), { title: m.ask_find() });
      if (mine !== this.#turn || found === null) return;
      this.orders = before === null ? found.orders : [...this.orders, ...found.orders];
      this.more = found.more;
    } catch (thrown) {
      if (mine === this.#turn) this.problem = errorText(asApiError(thrown));
    } finally {
      if (mine === this.#turn) {
        this.busy = false;
        this.asked = true;
      }
    }
  }

  stop(): void {
    clearTimeout(this.#pause);
    this.#turn += 1;
  }
}
