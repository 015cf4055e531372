// The counter's window as state: what is typed, which bill is on screen, what was said last. It asks the backend and shows
// its answers; it never decides what became of money. Every answer about a bill comes in through `take`, so a reply, an
// event and a refetch cannot disagree for long.
import { EMPTY, press, sumText, total, type Entry, type EntryKey } from "../../features/order/entry";
import { standing } from "../../features/order/limits";
import type { Claim } from "../../features/payment/claim";
import { face, isPaid, isRunning, kindOf, nearlyOver, newest, type BillKind } from "../../bill/presentation";
import { checkText, restoredText } from "../../bill/words";
import type { Client } from "../../ipc/client";
import { asApiError, errorText } from "../../ipc/errors";
import type { ApiError, Method, Order, Provider, TrainingAct } from "../../ipc/generated";
import type { FullTillState } from "../../ipc/host";
import { toWire } from "../../lib/money";
import { m, say, setLanguage } from "../../messages/index.svelte";
import { takeSession } from "../../session/present.svelte";
import { isPage, type Page } from "../Owner/views";
import { Beside } from "./beside";
import { Drawer } from "./drawer.svelte";
import { Notices } from "./notices.svelte";
import type { Preferences } from "./preferences.svelte";
import { Voice } from "./voice";
import { sheetFor, type Particulars, type Sheet, type Wish } from "./wish";

/** What lies over the till: a dialog, a sheet that asks before a charge, or one of the owner's pages. */
export type DialogName = "none" | "method" | "confirm" | "menu" | "keys" | Page | "slip_override" | "slip_camera" | Sheet;
export interface Opening { amount: string; method: Method; provider: Provider }
interface Snapshot { entry: Entry; bill: Order | null; paid: Order | null }

const [ARMED_MS, RESTORED_MS] = [3000, 30_000];

export class Till {
  state = $state.raw<FullTillState | null>(null);
  readAt = $state(0);
  bill = $state.raw<Order | null>(null);
  billReadAt = $state(0);
  paid = $state.raw<Order | null>(null);
  entry = $state.raw<Entry>(EMPTY);
  method = $state<Method>("promptpay");
  opening = $state.raw<Opening | null>(null);
  dialog = $state<DialogName>("none");
  /** What the sheet on screen asks about. */
  wish = $state.raw<Wish | null>(null);
  checking = $state(false);
  cancelArmed = $state(false);
  readonly notices = new Notices();
  fault = $state.raw<ApiError | null>(null);
  startFault = $state.raw<ApiError | null>(null);
  justPaid = $state.raw<ReadonlySet<string>>(new Set());
  readonly drawer = new Drawer();
  readonly beside: Beside;

  #client: Client;
  #preferences: Preferences;
  #voice: Voice;
  #opened = 0;
  #kinds = new Map<string, BillKind>();
  #disarm: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, preferences: Preferences) {
    [this.#client, this.#preferences] = [client, preferences];
    this.beside = new Beside(client, this.notices, (work) => this.#do(work));
    this.#voice = new Voice(() => preferences.sound === "on");
  }

  async start(): Promise<void> {
    try {
      const state = await this.#client.till_state({});
      setLanguage(this.#preferences.language ?? state.language);
      const last = state.methods.find((info) => info.method === this.#preferences.method && info.available);
      this.method = last ? last.method : state.default_method;
      this.#takeState(state);
      if (state.current) {
        this.#show(state.current);
        if (state.restored) this.notices.say("answer", restoredText(state.current), RESTORED_MS);
      }
      this.startFault = null;
    } catch (thrown) {
      this.startFault = asApiError(thrown);
    }
  }

  /** Milliseconds to the next refetch: a lost event must heal while money is under way. */
  get rhythmMs(): number {
    if (this.startFault || !this.state) return 2000;
    return (this.bill && isRunning(this.bill)) || this.opening || this.state.waiting > 0 ? 2000 : 5000;
  }

  async refresh(): Promise<void> {
    if (this.state === null) return this.start();
    try {
      const bill = this.bill;
      const [state, order] = await Promise.all([
        this.#client.till_state({}),
        bill && (isRunning(bill) || kindOf(bill) !== "paid") ? this.#client.order_get({ order: bill.order_id }) : null,
      ]);
      if (order) this.take(order);
      this.#takeState(state);
    } catch {
      // The next beat asks again; what is on screen stays true until then.
    }
  }

  async changed(orderId: string): Promise<void> {
    try {
      const order = await this.#client.order_get({ order: orderId });
      if (this.bill === null && this.opening && kindOf(order) === "asking" && order.amount_due === this.opening.amount) this.#show(order);
      else this.take(order);
      this.#takeState(await this.#client.till_state({}));
    } catch {
      // As above.
    }
  }

  // ── what is typed ────────────────────────────────────────────────────────────────────────────────────────────────

  get billRuns(): boolean { return this.resting && this.bill !== null; }
  get sum(): string { return sumText(this.entry.text); }
  get satang(): bigint | null {
    const sum = total(this.entry.text);
    return sum.ok ? sum.satang : null;
  }
  get typedAmount(): string { return toWire(this.satang ?? 0n); }
  /** The method of the bill on screen, or the one chosen for the next. */
  get shownMethod(): Method {
    const attempt = this.bill && this.entry.text === "" ? newest(this.bill) : null;
    return attempt?.method ?? this.method;
  }
  /** Digits and scanners leave a bill alone while somebody may be paying it. */
  get resting(): boolean { return this.opening !== null || (this.bill !== null && face(this.bill).resting); }

  key(key: EntryKey): void {
    if (this.paid) this.dismissPaid();
    if (this.resting) return this.notices.say("key", m.notice_resting());
    if (this.bill) this.close();
    this.entry = press(this.entry, key);
    this.notices.clear("idle");
    this.fault = null;
    const sum = total(this.entry.text);
    const why = this.entry.notice ?? (!sum.ok && sum.why !== "empty" ? sum.why : null);
    if (why) this.notices.say("key", say(`notice_${why}`));
    else this.notices.clear("key");
  }

  pick(method: Method): void {
    if (this.resting || this.paid) return;
    if (this.bill) this.close();
    this.method = method;
  }

  snapshot(): Snapshot { return { entry: this.entry, bill: this.bill, paid: this.paid }; }

  /** Takes back what a scanner typed before it was known for one. */
  undoScan(before: Snapshot | null): void {
    if (before) {
      this.entry = before.entry;
      this.bill = before.bill;
      this.paid = before.paid;
    }
    this.notices.say("key", m.notice_scanner());
  }

  // ── the bill ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The indigo key. */
  forward(): void {
    if (this.paid) return this.dismissPaid();
    if (this.opening) return;
    if (this.bill === null || this.entry.text !== "") return void this.charge();
    switch (face(this.bill).forward) {
      case "none": return;
      case "change_method": this.dialog = "method"; return;
      case "rest": case "new_qr": case "next": case "retry": {
        const attempt = newest(this.bill);
        if (attempt) void this.retry(attempt.method, face(this.bill).forward === "next" ? this.bill.next_provider : null);
      }
    }
  }

  async charge(): Promise<void> {
    const sum = total(this.entry.text);
    const info = this.state?.methods.find((candidate) => candidate.method === this.method);
    if (!sum.ok || !info || this.resting) {
      if (!sum.ok) this.notices.say("key", sum.why === "empty" ? m.charge_none() : say(`notice_${sum.why}`));
      return;
    }
    const at = standing(info, sum.satang, this.state?.offline ?? false);
    if (!at.usable) return this.notices.say("key", m.charge_cannot());
    await this.#wish({ amount: toWire(sum.satang), method: this.method, provider: null, order: null }, at.provider.id);
  }

  async retry(method: Method, provider: Provider | null): Promise<void> {
    const bill = this.bill;
    if (!bill || this.opening) return;
    this.dialog = "none";
    await this.#wish({ amount: bill.missing, method, provider, order: bill }, provider ?? newest(bill)?.provider ?? "promptpay_direct");
  }

  /** The sheet's answer. */
  async answer(particulars: Particulars): Promise<void> {
    const wish = this.wish;
    if (!wish || this.opening) return;
    this.leaveSheet();
    await this.#wish(wish, wish.provider ?? (wish.method === "cash" ? "cash" : "crypto_2328"), particulars);
  }

  leaveSheet(): void { [this.dialog, this.wish] = ["none", null]; }

  async #wish(wish: Wish, provider: Provider, particulars?: Particulars): Promise<void> {
    const sheet = particulars === undefined ? sheetFor(wish, this.state?.methods ?? []) : null;
    if (sheet) {
      this.wish = wish;
      this.dialog = sheet;
      return;
    }
    const turn = (this.#opened += 1);
    this.opening = { amount: wish.amount, method: wish.method, provider };
    this.fault = null;
    this.notices.clear("idle");
    const request = { method: wish.method, provider: wish.provider, ...particulars };
    const bill = wish.order;
    await this.#do(async () => {
      if (bill) return this.take(await this.#client.order_retry({ order: bill.order_id, ...request }));
      const order = await this.#client.charge({ amount: wish.amount, ...request });
      if (turn !== this.#opened) return;
      this.entry = EMPTY;
      this.#show(order);
      this.#preferences.rememberMethod(wish.method);
    }, () => bill !== null || turn === this.#opened);
    if (turn === this.#opened) this.opening = null;
    if (!bill) await this.refresh();
  }

  async check(): Promise<void> {
    const bill = this.bill;
    if (!bill || this.checking || !face(bill).check) return;
    this.checking = true;
    await this.#do(async () => {
      const { order, code } = await this.#client.order_check({ order: bill.order_id });
      this.take(order);
      this.notices.say("answer", checkText(code));
    });
    this.checking = false;
  }

  /** F6: a new QR where the old one is over or nearly, otherwise another method. */
  change(): void {
    if (!this.bill || this.opening) return;
    const { change } = face(this.bill);
    const attempt = newest(this.bill);
    const again = change === "new_qr" || (change === "change" && nearlyOver(this.bill, performance.now() - this.billReadAt));
    if (again && attempt) void this.retry(attempt.method, attempt.provider);
    else if (change === "change") this.dialog = "method";
  }

  /** Esc: closes what is over, and for what runs asks once more before cancelling. */
  third(): void {
    if (!this.bill) return;
    const { third } = face(this.bill);
    if (third === "close") return this.close();
    if (third !== "cancel") return;
    if (!this.cancelArmed) {
      this.cancelArmed = true;
      clearTimeout(this.#disarm);
      this.#disarm = setTimeout(() => (this.cancelArmed = false), ARMED_MS);
      return;
    }
    this.cancelArmed = false;
    const bill = this.bill;
    void this.#do(async () => {
      const order = await this.#client.order_cancel({ order: bill.order_id });
      this.take(order);
      if (isPaid(order)) this.notices.say("answer", m.cancel_lost());
    });
  }

  /** F8: the next bill. This one is not lost: it is followed and stands in the footer. */
  park(): void {
    if (this.paid) return this.dismissPaid();
    if (this.opening) {
      this.#opened += 1;
      this.opening = null;
      this.entry = EMPTY;
    }
    const bill = this.bill;
    this.close();
    if (bill && isRunning(bill)) this.notices.say("idle", m.parked({ number: bill.number }));
  }

  close(): void {
    this.bill = null;
    this.notices.clear("answer");
    this.cancelArmed = false;
    this.notices.clear("key");
    if (!isPage(this.dialog)) this.dialog = "none";
    this.drawer.nextBill();
  }

  open(order: Order): void {
    if (this.opening) return;
    this.entry = EMPTY;
    this.fault = null;
    this.#show(order);
    this.justPaid = new Set([...this.justPaid].filter((id) => id !== order.order_id));
    void this.changed(order.order_id);
  }

  dismissPaid(): void {
    if (this.paid && this.bill?.order_id === this.paid.order_id) this.close();
    this.paid = null;
    this.entry = EMPTY;
  }

  async confirm(claim: Claim): Promise<ApiError | null> {
    const bill = this.bill;
    if (!bill) return null;
    try {
      const { note, reason, ...as } = claim;
      const order = await this.#client.order_confirm({ order: bill.order_id, reason, ...(note === null ? {} : { note }), as });
      this.dialog = "none";
      this.take(order);
      return null;
    } catch (thrown) {
      return asApiError(thrown);
    }
  }

  async act(act: TrainingAct): Promise<void> {
    await this.beside.act(act, () => this.bill);
    await this.refresh();
  }

  // ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** An order as the backend knows it now. Older news than what is shown is dropped. */
  take(order: Order): void {
    const shown = this.bill?.order_id === order.order_id ? this.bill : null;
    if (shown && order.version < shown.version) return;
    const before = this.#kinds.get(order.order_id);
    const now = kindOf(order);
    this.#kinds.set(order.order_id, now);
    if (shown) {
      this.bill = order;
      this.billReadAt = performance.now();
    }
    if (before === undefined || before === now) return;
    if (now === "paid" && isPaid(order)) return this.#celebrate(order, shown !== null);
    if (shown === null) return;
    this.cancelArmed = false;
    this.notices.clear("answer");
    if (this.dialog === "method" && face(order).change === "no") this.dialog = "none";
    if (now === "failed") this.#voice.signal("failed");
    else if (now === "mismatch" || now === "underpaid" || now === "held") this.#voice.signal("review");
  }

  #show(order: Order): void {
    this.close();
    this.bill = order;
    this.billReadAt = performance.now();
    const known = this.#kinds.get(order.order_id);
    // A charge may come back already paid: then it is news, not a look at an old bill.
    if (known === undefined && isPaid(order)) this.#celebrate(order, true);
    if (known === undefined && kindOf(order) === "mismatch") this.#voice.signal("review");
    this.#kinds.set(order.order_id, kindOf(order));
  }

  #takeState(state: FullTillState): void {
    const first = this.state === null;
    const wasOffline = this.state?.offline ?? false;
    if (wasOffline && !state.offline && state.waiting > 0) this.notices.say("idle", m.back_online({ count: state.waiting }));
    this.state = state;
    takeSession(state.session);
    this.readAt = performance.now();
    for (const order of state.recent) {
      if (first) this.#kinds.set(order.order_id, kindOf(order));
      else this.take(order);
      if (!this.#kinds.has(order.order_id)) this.#kinds.set(order.order_id, kindOf(order));
    }
  }

  #celebrate(order: Order, onScreen: boolean): void {
    const free = this.bill === null && this.opening === null && this.entry.text === "" && this.dialog === "none" && this.paid === null;
    // The owner's page stays where it was; paid lies over it as over everything.
    if (onScreen && !isPage(this.dialog)) this.dialog = "none";
    if (onScreen || free) this.paid = order;
    else this.justPaid = new Set([...this.justPaid, order.order_id]);
    this.#voice.paid(order, this.state?.shift_word ?? "");
  }

  /** `wanted`: whether a refusal still matters to what is on screen. */
  async #do(work: () => Promise<void>, wanted = (): boolean => true): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!wanted()) return;
      const error = asApiError(thrown);
      if (this.bill) this.notices.say("answer", errorText(error));
      else this.fault = error;
    }
  }
}
