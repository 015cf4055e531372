// A small honest stand-in for the backend: it keeps orders, follows attempts and plays the customer, with the same words
// and the same refusals. It holds nothing after a reload and is never part of the product's window.
import type { Display } from "../display";
import type { Attempt, AttemptState, Method, Order, Provider, ProviderInfo, ReasonCode, TrainingAct } from "../generated";
import type { Commands, HostEvents, Request } from "../host";
import type { OwnedTill, Role } from "../owner-types";
import { parseWire, toWire } from "../../lib/money";
import { cashTerms, coinTerms, nextOf, type Particulars } from "./terms";
import { OwnersDesk } from "./owner";
import { MemoryDays } from "./owner-day";
import { MemoryPrinter } from "./owner-paper";
import { MemoryPayouts } from "./owner-payout";
import { MemoryPeople } from "./owner-session";
import { MemorySetup } from "./owner-setup";
import { MemoryShifts } from "./owner-shift";
import { fault } from "./fault";
import { SlipCounter } from "./slips";
import { afternoon, attemptOf, isoAt, methodsOf, orderOf, settle, type Draft } from "./world";

type Handlers = { [K in keyof Commands]: (request: Commands[K]["req"]) => Promise<Commands[K]["reply"]> };
interface Faults { down: boolean; slow: boolean; lostAnswer: boolean; wrongQr: boolean; silent: boolean }

const PIN = "1234";
const TRIES = 3;
const LOCK_S = 30;
/** A shop that has added nobody yet: everything is open, as in the real one. */
const TILL_OWNER: Pick<OwnedTill, "session" | "idle_lock_minutes" | "shift" | "announcements" | "printer_on"> = {
  session: { person: null, role: null, locked: false, has_people: false, rights: ["look", "take", "review"], who: [] }, idle_lock_minutes: 0, shift: null, announcements: [], printer_on: false,
};
const ENDED: readonly AttemptState[] = ["paid", "failed", "expired", "cancelled"];

export class MemoryBackend {
  orders: Order[] = [];
  till: OwnedTill;
  faults: Faults = { down: false, slow: false, lostAnswer: false, wrongQr: false, silent: false };
  /** Answer of a charge, in ms; a scene may hold it for ever. */
  answerMs = 120;
  charges = 0;
  shown: Display | null = null;
  restarts = 0;
  desk = new OwnersDesk();
  slips = new SlipCounter({
    orders: () => this.orders, find: (order) => this.find(order), pay: (order, amount) => this.pay(order, amount, "slip"), mustBe: (pin) => this.#mustBe(pin),
    changed: (slipId) => this.emit("slip_changed", { slip_id: slipId }), isoIn: (ms) => isoAt(this.nowMs + ms),
  });
  people: MemoryPeople;
  days: MemoryDays;
  shifts: MemoryShifts;
  setup: MemorySetup;
  payouts: MemoryPayouts;
  printer = new MemoryPrinter((order) => this.find(order), () => this.till.shop_name, () => this.nowMs);
  readonly handlers: Handlers;
  #heard = new Set<(event: keyof HostEvents, payload: HostEvents[keyof HostEvents]) => void>();
  #readAt = new Map<string, number>();
  #startedAt = performance.now();
  #wrongPins = 0;
  #serial = 147;

  constructor(options: { training: boolean; world: "full" | "first"; bills: boolean; as?: Role | null; firstRun?: boolean }) {
    if (options.bills) this.orders = afternoon(0);
    else this.#serial = 1;
    this.till = {
      shop_name: "ชื่นใจ คาเฟ่ แอนด์ บาร์", branch: "สาขาอารีย์", language: "th", era: "be", training: options.training,
      mode: options.training ? "training" : "live", counter: "A", cashier: options.bills ? "กะบ่าย · แพรว" : null, confirmers: ["บอย"], shift_word: "มะลิ",
      methods: methodsOf(options.world), default_method: options.world === "full" ? "promptpay" : "truemoney", callbacks_on: true,
      now: isoAt(0), offline: false, clock_behind_ms: null, current: null, restored: false, recent: [], waiting: 0, slips_on: true, slips_waiting: 0, slip_quota: null,
      ...TILL_OWNER,
    };
    this.people = new MemoryPeople({ staff: options.bills, signedIn: options.as === undefined ? "owner" : options.as }, () => isoAt(this.nowMs));
    const note = this.people.note.bind(this.people);
    const sees = (right: "review" | "own"): boolean => this.people.session.rights.includes(right);
    this.shifts = new MemoryShifts({ orders: () => this.orders, person: () => this.people.person, maySee: () => sees("review"), nowMs: () => this.nowMs, note }, options.bills);
    const announce = (one: OwnedTill["announcements"][number]): void => void (this.till = { ...this.till, announcements: [...this.till.announcements, one] });
    this.setup = new MemorySetup({ nowMs: () => this.nowMs, note, announce, seesAccounts: () => sees("own") }, { full: options.bills, firstRun: options.firstRun ?? false, training: options.training });
    this.payouts = new MemoryPayouts({ accounts: () => this.setup.values["providers.jwt_gateway.payout_accounts"], lost: () => this.faults.lostAnswer, nowMs: () => this.nowMs, note: (what, subject) => note(what, subject) });
    this.days = new MemoryDays({
      tillOrders: () => this.orders, keep: (order) => void (this.orders = this.orders.map((other) => (other.order_id === order.order_id ? order : other))), nowMs: () => this.nowMs, person: () => this.people.person, seesRaw: () => sees("own") });
    this.handlers = { ...this.#counter, ...this.days.handlers, ...this.people.handlers, ...this.shifts.handlers, ...this.setup.handlers, ...this.printer.handlers, ...this.payouts.handlers };
  }

  /** As across the real border: who may, then the answer. */
  answer<K extends keyof Commands>(name: K, request: Request<K>): Promise<Commands[K]["reply"]> {
    try {
      this.people.authorise(name, request.as);
    } catch (refusal) {
      return Promise.reject(refusal);
    }
    return this.handlers[name](request);
  }

  get nowMs(): number {
    return performance.now() - this.#startedAt;
  }

  listen(hear: (event: keyof HostEvents, payload: HostEvents[keyof HostEvents]) => void): () => void {
    this.#heard.add(hear);
    return () => this.#heard.delete(hear);
  }

  emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void {
    for (const hear of this.#heard) hear(event, payload);
  }

  add(order: Order): Order {
    this.orders = [order, ...this.orders.filter((other) => other.order_id !== order.order_id)];
    this.#readAt.set(order.order_id, this.nowMs);
    return order;
  }

  /** The order with its running times as they are now. */
  fresh(order: Order): Order {
    const elapsed = this.nowMs - (this.#readAt.get(order.order_id) ?? 0);
    return {
      ...order, next_provider: nextOf(order, this.till.methods),
      attempts: order.attempts.map((attempt) => ({
        ...attempt, remaining_ms: attempt.remaining_ms === null ? null : Math.max(0, Math.round(attempt.remaining_ms - elapsed)),
        asked_ms_ago: attempt.asked_ms_ago === null ? null : this.faults.silent ? Math.round(attempt.asked_ms_ago + elapsed) : attempt.asked_ms_ago,
      })),
    };
  }

  find(id: string): Order {
    const found = this.orders.find((order) => order.order_id === id || order.number === id);
    if (found) return found;
    const booked = this.days.orders.find((order) => order.order_id === id || order.number === id);
    if (!booked) throw fault("not_found");
    this.orders = [...this.orders, booked];
    return booked;
  }

  /** Changes the newest attempt, sums up and tells. */
  step(order: Order, change: Partial<Attempt>, flags: Order["flags"] = []): Order {
    const now = this.fresh(this.find(order.order_id));
    const last = now.attempts.at(-1);
    if (!last) return now;
    const ended = change.state !== undefined && ENDED.includes(change.state) ? isoAt(this.nowMs) : last.ended_at;
    const hidden = change.state !== undefined && change.state !== "awaiting" ? { instruction: null } : {};
    const attempts = [...now.attempts.slice(0, -1), { ...last, ...hidden, ...change, ended_at: ended }];
    const stepped = settle({ ...now, attempts, flags: [...new Set([...now.flags, ...flags])] }, this.nowMs);
    this.orders = this.orders.map((other) => (other.order_id === order.order_id ? stepped : other));
    this.#readAt.set(order.order_id, this.nowMs);
    this.emit("order_changed", { order_id: stepped.order_id, version: stepped.version });
    return this.fresh(stepped);
  }

  pay(order: Order, amount: string, by: Attempt["confirmed_by"] = "query", flags: Order["flags"] = []): Order {
    return this.step(order, { state: "paid", received: amount, confirmed_by: by }, flags);
  }

  #route(method: Method, asked: Provider | null | undefined, amount: string): ProviderInfo {
    const info = this.till.methods.find((candidate) => candidate.method === method);
    if (!info?.available) throw fault("method_unavailable");
    const satang = parseWire(amount);
    const chosen = info.providers.find((candidate) => candidate.id === asked) ?? info.providers[0];
    if (!chosen) throw fault("no_provider");
    if (satang < parseWire(chosen.min)) throw fault("amount_too_small", { min: chosen.min, max: chosen.max, method });
    if (satang > parseWire(chosen.max)) throw fault("amount_too_large", { min: chosen.min, max: chosen.max, method });
    return chosen;
  }

  #draft(amount: string, chosen: ProviderInfo, particulars: Particulars): Draft {
    const terms = chosen.id === "cash" ? cashTerms(amount, particulars) : coinTerms(chosen, particulars);
    return { number: "", amount, provider: chosen.id, state: "prepared", openedMs: this.nowMs, ...terms };
  }

  async #wait(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.faults.slow ? 4000 : this.answerMs));
  }

  /** What the provider answers to a new payment, by the faults chosen. */
  #born(id: Provider): { state: AttemptState; reason: ReasonCode | null; flags: Order["flags"]; endedMs: number | null } {
    return { ...this.#answer(id), endedMs: id === "cash" || this.faults.down ? this.nowMs : null };
  }

  #answer(id: Provider): { state: AttemptState; reason: ReasonCode | null; flags: Order["flags"] } {
    if (id === "cash") return { state: "paid", reason: null, flags: [] };
    if (id === "promptpay_direct") return { state: "awaiting", reason: null, flags: [] };
    if (this.faults.down) return { state: "failed", reason: "provider_down", flags: [] };
    if (this.faults.lostAnswer) return { state: "unknown", reason: "outcome_unknown", flags: [] };
    if (this.faults.wrongQr) return { state: "cancelling", reason: "qr_mismatch", flags: ["qr_mismatch"] };
    return { state: "awaiting", reason: null, flags: [] };
  }

  #mustBe(pin: string): void {
    if (pin === PIN) return;
    this.#wrongPins += 1;
    if (this.#wrongPins < TRIES) throw fault("pin_wrong", { tries_left: String(TRIES - this.#wrongPins) });
    this.#wrongPins = 0;
    throw fault("pin_locked", { seconds: String(LOCK_S) });
  }

  readonly #counter = {
    till_state: async () => {
      const recent = this.orders.slice(0, 12).map((order) => this.fresh(order));
      const running = recent.filter((order) => order.state === "due" && !ENDED.includes(order.attempts.at(-1)?.state ?? "paid"));
      const { session } = this.people;
      return { ...this.till, session, shift: this.shifts.line, printer_on: this.setup.values["printer.kind"] !== "none", now: isoAt(this.nowMs), recent, waiting: running.length, slips_waiting: this.slips.waiting.length, current: this.till.restored ? (running[0] ?? null) : null };
    },
    charge: async ({ amount, method, provider, ...particulars }) => {
      this.charges += 1;
      const draft = this.#draft(amount, this.#route(method, provider, amount), particulars);
      await this.#wait();
      const number = `A-${String(this.#serial).padStart(4, "0")}`;
      this.#serial += 1;
      return this.fresh(this.add(orderOf({ ...draft, ...this.#born(draft.provider), number }, this.nowMs)));
    },
    order_get: async ({ order }) => this.fresh(this.find(order)),
    order_recent: async ({ limit }) => ({ orders: this.orders.slice(0, limit).map((order) => this.fresh(order)) }),
    order_retry: async ({ order, method, provider, ...particulars }) => {
      const old = this.find(order);
      if (old.state !== "due") throw fault("wrong_state", { state: old.state });
      const draft = this.#draft(old.missing, this.#route(method, provider, old.missing), particulars);
      await this.#wait();
      const { flags, ...born } = this.#born(draft.provider);
      const attempt = attemptOf({ ...draft, ...born }, this.nowMs);
      return this.fresh(this.add(settle({ ...this.fresh(old), attempts: [...old.attempts, attempt], flags: [...old.flags, ...flags] }, this.nowMs)));
    },
    order_check: async ({ order }) => {
      await this.#wait();
      const now = this.find(order);
      const last = now.attempts.at(-1);
      if (!last || now.state !== "due") return { order: this.fresh(now), news: false, code: "ended" };
      if (last.state === "expired") return { order: this.step(now, { checked_nothing: true }), news: false, code: "nothing_yet" };
      const asked = last.tracking.includes("poll");
      if (!asked && last.tracking.includes("resend")) return { order: this.step(now, { checked_nothing: true }), news: false, code: "asked_for_callback" };
      return { order: this.step(now, { checked_nothing: true }), news: false, code: asked ? (this.faults.silent ? "no_answer" : "nothing_yet") : "cannot_ask" };
    },
    order_cancel: async ({ order }) => {
      const now = this.step(this.find(order), { state: "cancelling" });
      await this.#wait();
      return this.find(order).state === "settled" ? this.fresh(this.find(order)) : this.step(now, { state: "cancelled", reason: "cancelled_by_person" });
    },
    order_confirm: async ({ order }) => {
      await this.#wait();
      const now = this.find(order);
      return this.pay(now, now.missing, "person", ["manual_confirm"]);
    },
    provider_list: async () => ({ providers: this.desk.providers }),
    provider_test: async ({ provider }) => {
      await this.#wait();
      return this.desk.test(provider);
    },
    balance: async ({ provider }) => {
      await this.#wait();
      return this.desk.balance(provider, isoAt(this.nowMs));
    },
    reconcile: async ({ date, provider }) => {
      await this.#wait();
      return this.desk.reconcile(date, provider);
    },
    slip_verify: async (request) => this.slips.verify(request),
    slip_waiting: async () => ({ slips: this.slips.waiting }),
    training_act: async ({ attempt_id, act }) => {
      this.#act(attempt_id, act);
      return {};
    },
    training_slip: async ({ story }) => this.slips.play(story),
    display_show: async (display) => {
      this.shown = display;
      this.emit("display", display);
      return {};
    },
    display_open: async () => {
      throw fault("not_built");
    },
    restart: async () => {
      this.restarts += 1;
      return {};
    },
    // The page in a browser reads its own.
    clipboard_look: async () => {
      throw fault("not_built");
    },
  } satisfies Partial<Handlers>;

  #act(attemptId: string | null, act: TrainingAct): void {
    const order = this.orders.find((candidate) => candidate.attempts.some((attempt) => attempt.attempt_id === attemptId));
    const last = order?.attempts.at(-1);
    const needed = (): Order => {
      if (!order || !last) throw fault("wrong_state");
      return order;
    };
    const payable = last?.payable ?? "0.00";
    switch (act) {
      case "pay":
        this.step(needed(), { state: "confirming" });
        setTimeout(() => this.pay(needed(), payable, "callback"), 700);
        return;
      case "pay_late":
        this.step(needed(), { state: "expired", reason: "deadline", remaining_ms: 0 });
        setTimeout(() => this.pay(needed(), payable, "query", ["paid_late"]), 2500);
        return;
      case "pay_less":
        this.step(needed(), { received: toWire(parseWire(payable) - parseWire(payable) / 5n) }, ["underpaid"]);
        return;
      case "pay_twice":
        this.pay(needed(), toWire(parseWire(payable) * 2n), "callback", ["duplicate_payment"]);
        return;
      case "fail":
        this.step(needed(), { state: "failed", reason: "insufficient_balance" });
        return;
      case "expire":
        this.step(needed(), { state: "expired", reason: "deadline", remaining_ms: 0 });
        return;
      case "forged_callback":
        return;
      case "silent": this.faults.silent = true; return;
      case "slow": this.faults.slow = true; return;
      case "down": this.faults.down = true; this.#health("down"); return;
      case "lost_answer": this.faults.lostAnswer = true; return;
      case "wrong_qr": this.faults.wrongQr = true; return;
      case "recover":
        this.faults = { down: false, slow: false, lostAnswer: false, wrongQr: false, silent: false };
        this.#health("ok");
    }
  }

  #health(health: ProviderInfo["health"]): void {
    const methods = this.till.methods.map((info) => ({
      ...info, providers: info.providers.map((provider) => (provider.tracking.includes("poll") ? { ...provider, health } : provider)),
    }));
    this.till = { ...this.till, methods };
  }
}
