// The slips at this counter as state: which are being checked, which verdict is on screen, which wait for their bank. It asks
// the backend and shows its answers; the counter goes on meanwhile, so an answer that comes when the cashier has moved on is
// laid into the tray instead of over the next customer's bill.
import { isPaid, kindOf, newest } from "../../bill/presentation";
import type { Client } from "../../ipc/client";
import { asApiError, errorText } from "../../ipc/errors";
import type { ApiError, Order, Slip, SlipApproval } from "../../ipc/generated";
import { m, say } from "../../messages/index.svelte";
import { requestOf, type Source, type Taken } from "./intake";
import { verdictFace } from "./verdict";

/** What the slips need of the counter around them. */
export interface Counter {
  bill: () => Order | null;
  /** Changes whenever the cashier has moved on to something else. */
  doing: () => string;
  /** Shows an order as it is now; true when its paid signal is on screen. */
  paid: (order: string) => Promise<boolean>;
  tell: (text: string) => void;
  ring: (signal: "failed" | "review") => void;
}

export interface Shown {
  slip: Slip;
  /** What it was read from, as far as this window still has it: without it nothing can be asked again. */
  source: Source | null;
  /** Address of its picture inside this page. */
  picture: string | null;
  /** The bill it was shown for, or pays. */
  bill: Order | null;
  /** The bill that has it already. */
  earlier: Order | null;
  choices: Order[];
  /** A permitted person accepted it. */
  byHand: boolean;
  /** It waited, and nobody is asked any more. */
  over: "no" | "paid" | "unpaid";
}

export type View = "none" | "verdict" | "tray";

/** Bills that a transfer can pay, and that still want it. */
export function takesSlip(order: Order): boolean {
  const attempt = newest(order);
  if (attempt === null || (attempt.method !== "promptpay" && attempt.method !== "truemoney")) return false;
  switch (kindOf(order)) {
    case "paid": case "asking": case "not_opened": case "mismatch": return false;
    default: return true;
  }
}

interface Job { id: number; startedAt: number }
interface Wish { order?: string | undefined; approval?: SlipApproval | undefined }

export class SlipDesk {
  view = $state<View>("none");
  shown = $state.raw<Shown | null>(null);
  /** Verdicts nobody has looked at yet, newest first. */
  unread = $state.raw<readonly Shown[]>([]);
  /** Slips that wait for their bank, newest first. */
  waiting = $state.raw<readonly Slip[]>([]);
  jobs = $state.raw<readonly Job[]>([]);
  /** Something is held over the window. */
  over = $state(false);
  /** Opens the file chooser; given by the page. */
  choose: () => void = () => undefined;

  #client: Client;
  #counter: Counter;
  #serial = 0;
  /** Where waiting slips came from. Gone with the window, as are their pictures. */
  #sources = new Map<string, Source>();

  constructor(client: Client, counter: Counter) {
    this.#client = client;
    this.#counter = counter;
  }

  /** Milliseconds, on the page's clock, since when a slip is being checked. */
  get busySince(): number | null { return this.jobs[0]?.startedAt ?? null; }
  /** What the tray's key counts. */
  get count(): number { return this.waiting.length + this.unread.length; }

  /** One action starts it: whatever was dropped, pasted, chosen, photographed or scanned. */
  take(taken: Taken): void {
    if ("refusal" in taken) {
      if (taken.refusal !== "nothing") this.#counter.tell(say(`slip_refusal_${taken.refusal}`));
      return;
    }
    const bill = this.#counter.bill();
    void this.verify(taken.source, bill && takesSlip(bill) ? { order: bill.number } : {});
  }

  /** Null when it was judged, whatever the verdict. */
  async verify(source: Source, wish: Wish): Promise<ApiError | null> {
    const doing = this.#counter.doing();
    const job = { id: (this.#serial += 1), startedAt: performance.now() };
    this.jobs = [...this.jobs, job];
    try {
      const slip = await this.#client.slip_verify({
        ...(await requestOf(source)), ...(wish.order === undefined ? {} : { order: wish.order }), ...(wish.approval === undefined ? {} : { approval: wish.approval }),
      });
      await this.#arrived(slip, source, wish.approval !== undefined, doing);
      return null;
    } catch (thrown) {
      const error = asApiError(thrown);
      // A refused PIN is said where it was typed.
      if (wish.approval === undefined) this.#counter.tell(error.code === "wrong_state" ? m.slip_no_transfer() : errorText(error));
      return error;
    } finally {
      this.jobs = this.jobs.filter((other) => other.id !== job.id);
    }
  }

  /** Somebody chose the bill. */
  pick(number: string): void {
    const source = this.shown?.source;
    if (source && this.shown?.choices.some((order) => order.number === number)) void this.verify(source, { order: number });
  }

  again(): void {
    if (this.shown?.source) void this.verify(this.shown.source, { order: this.shown.slip.order ?? undefined });
  }

  async override(approval: SlipApproval): Promise<ApiError | null> {
    const shown = this.shown;
    if (!shown?.source) return null;
    return this.verify(shown.source, { order: shown.slip.order ?? undefined, approval });
  }

  async #arrived(slip: Slip, source: Source, byHand: boolean, doing: string): Promise<void> {
    await this.refresh();
    if (slip.retry_at !== null) this.#sources.set(slip.slip_id, source);
    if (slip.verdict === "accepted" && slip.order !== null && (await this.#counter.paid(slip.order))) return this.close();
    const shown = await this.#shownOf(slip, source, byHand);
    // A panel of slips that is open is looked at; otherwise only where the cashier still does what she did.
    if (this.#counter.doing() === doing || this.view !== "none") this.#show(shown);
    else this.unread = [shown, ...this.unread];
    if (slip.verdict === "needs_review") this.#counter.ring("review");
    else if (verdictFace(slip).tone === "bad") this.#counter.ring("failed");
  }

  async #shownOf(slip: Slip, source: Source | null, byHand = false): Promise<Shown> {
    const find = async (number: string | null): Promise<Order | null> => (number === null ? null : this.#client.order_get({ order: number }).catch(() => null));
    const [bill, earlier, ...choices] = await Promise.all([find(slip.order), find(slip.used_by), ...slip.choices.map(find)]);
    return {
      slip, source, picture: pictureOf(source), bill: bill ?? null, earlier: earlier ?? null,
      choices: choices.filter((order) => order !== null), byHand, over: "no",
    };
  }

  #show(shown: Shown): void {
    this.#forget(this.shown, shown);
    this.unread = this.unread.filter((other) => other.slip.slip_id !== shown.slip.slip_id);
    this.shown = shown;
    this.view = "verdict";
  }

  #forget(old: Shown | null, kept: Shown | null = null): void {
    if (old?.picture && old.picture !== kept?.picture) URL.revokeObjectURL(old.picture);
  }

  close(): void {
    this.view = "none";
    this.#forget(this.shown);
    this.shown = null;
  }

  // ── the tray ─────────────────────────────────────────────────────────────────────────────────────────────────────

  toggleTray(): void {
    if (this.view === "tray") return this.close();
    this.close();
    this.view = "tray";
    void this.refresh();
  }

  look(shown: Shown): void { this.#show(shown); }

  async lookAt(slip: Slip): Promise<void> {
    this.#show(await this.#shownOf(slip, this.#sources.get(slip.slip_id) ?? null));
  }

  async refresh(): Promise<void> {
    try {
      this.waiting = (await this.#client.slip_waiting({})).slips;
    } catch {
      // The next event or beat asks again.
    }
  }

  /** News of a slip: asked again, or done with. */
  async changed(slipId: string): Promise<void> {
    const before = this.waiting.find((slip) => slip.slip_id === slipId);
    await this.refresh();
    const now = this.waiting.find((slip) => slip.slip_id === slipId);
    const onScreen = this.shown?.slip.slip_id === slipId ? this.shown : null;
    if (now && onScreen) this.shown = { ...onScreen, slip: now };
    if (before && !now) await this.#ended(before, onScreen);
  }

  /** What a slip that waits no longer has come to is known by its bill: paid, or not. */
  async #ended(slip: Slip, onScreen: Shown | null): Promise<void> {
    const source = this.#sources.get(slip.slip_id) ?? onScreen?.source ?? null;
    this.#sources.delete(slip.slip_id);
    const signalled = slip.order !== null && (await this.#counter.paid(slip.order));
    const ended = await this.#shownOf({ ...slip, retry_at: null }, source);
    const paid = ended.bill !== null && isPaid(ended.bill);
    if (signalled && paid) return onScreen ? this.close() : undefined;
    const shown: Shown = { ...ended, over: paid ? "paid" : "unpaid" };
    if (onScreen) this.#show(shown);
    else this.unread = [shown, ...this.unread];
    if (!paid) this.#counter.ring("review");
  }
}

function pictureOf(source: Source | null): string | null {
  return source?.kind === "picture" && typeof URL.createObjectURL === "function" ? URL.createObjectURL(source.picture) : null;
}
