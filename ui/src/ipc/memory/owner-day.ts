// The owner's pages at the memory host: days, reviews, Z and sign-off, finding bills, giving money back. It keeps what is
// answered and settled; the money itself comes from the books.
import { parseWire, toWire } from "../../lib/money";
import type { Order, Refund, Slip } from "../generated";
import type { DayReview, File, ReviewItem, ZLine } from "../day-types";
import type { Commands, Request } from "../host";
import { fault } from "./fault";
import { FIRST_DAY, moveOf, msOf, ordinary, type DayBook, type Movement } from "./owner-books";
import { cases } from "./owner-cases";
import { find } from "./owner-find";
import { bankOf, byHour, byMethod, drawerOf, grouped, medianOf, totalsOf } from "./owner-sums";
import { timelineOf } from "./owner-timeline";
import { isoAt } from "./world";

type Signed = NonNullable<DayReview["signed"]>;
type Handler<K extends keyof Commands> = (request: Request<K>) => Promise<Commands[K]["reply"]>;
type Answered =
  | "day_review" | "review_settle" | "day_close" | "day_sign" | "day_paper" | "day_export" | "file_open" | "order_find" | "order_timeline" | "order_refund" | "refund_offer" | "slip_picture";
export interface Around {
  /** Bills of the till itself, besides those of the books. */
  tillOrders: () => readonly Order[];
  /** A bill the till knows too has changed. */
  keep: (order: Order) => void;
  nowMs: () => number;
  person: () => string | null;
  seesRaw: () => boolean;
}
const Z_BEFORE_FIRST = 304;
/** Something that looks like a slip from afar: drawn, nobody's. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAHgAAAC0CAAAAAB6JbfBAAABE0lEQVR42u3aSw6CMBAAUA7hcTyJR/SSuiVtIdFpgTJvVqQxPJI6nxKW10mxgMFgMBgMTgx/TgowGAwG/wc/AwGeA5ZO4PvB7wEBvh" +
  "YsncBgMBg8/9kJPB8sncDOTpGxHnwOLJ3AYDAYPO/ZCTwvLJ3AYDAYfD340SXAYHBKWK0Gg8FgcGd4+THAvZ6gWKmfrwEHP3lMCTdX1uTF4Pif61B4fcc1UFyXWw6OFa9mLRvYnaJwsHQcDRfkVvMo" +
  "f5kbDnbD2miugLtUrrox1JkG7jVl1jNQs3iB461pSxoyCCSD695QZNeoPc4HF0PkzlgP7tUkdnZ3bHdKA28dR5u1DDwio5rHJ3DfNwL7JQzsDT34LvAXkpWWisA7E8YAAAAASUVORK5CYII=";

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export class MemoryDays {
  #around: Around;
  #books = new Map<string, DayBook>();
  #items: ReviewItem[] | null = null;
  #slips = new Map<string, Slip[]>();
  #closes: ZLine[] = [];
  #signed = new Map<string, Signed>();
  #exports = 0;

  constructor(around: Around) {
    this.#around = around;
  }

  /** The day it is, by the cut-off. */
  get present(): string {
    return isoAt(this.#around.nowMs() - 4 * 3_600_000).slice(0, 10);
  }

  book(day: string): DayBook {
    const known = this.#books.get(day);
    if (known) return known;
    const usual = ordinary(day, msOf(isoAt(this.#around.nowMs())));
    const odd = day === this.present ? this.#cases() : null;
    const book = odd ? { day, orders: [...odd.orders, ...usual.orders], moves: [...odd.moves, ...usual.moves] } : usual;
    this.#books.set(day, book);
    return book;
  }

  #cases(): DayBook {
    const found = cases(this.present);
    const now = isoAt(this.#around.nowMs());
    const happened = (iso: string): boolean => iso <= now;
    const kept = new Set(found.book.orders.filter((order) => happened(order.attempts.reduce((last, attempt) => (attempt.ended_at !== null && attempt.ended_at > last ? attempt.ended_at : last), order.created_at))).map((order) => order.order_id));
    this.#items = found.items.filter((item) => happened(item.since) && (item.order_id === null || kept.has(item.order_id))).sort((a, b) => (a.since < b.since ? 1 : -1));
    this.#slips = found.slips;
    return { day: this.present, orders: found.book.orders.filter((order) => kept.has(order.order_id)), moves: found.book.moves.filter((move) => kept.has(move.order)) };
  }

  /** What is still open is answered, but for the first `left`. */
  settleAllBut(left: readonly ReviewItem["kind"][]): void {
    this.book(this.present);
    this.#items = (this.#items ?? []).map((item) => (left.includes(item.kind) ? item : { ...item, settled: { by: "บอย", at: item.since, outcome: "explained", note: "ดูแล้ว" } }));
  }

  items(day: string): ReviewItem[] {
    this.book(day);
    return day === this.present ? (this.#items ?? []) : [];
  }

  #zNumber(day: string): number {
    return Z_BEFORE_FIRST + daysBetween(FIRST_DAY, day) + 1;
  }

  #zOf(day: string, at: string, by: string): ZLine {
    const { moves } = this.book(day);
    return { type: "z", number: this.#zNumber(day), business_day: day, at, by, totals: totalsOf(moves), by_method: grouped(moves, (move) => move.method), upto: 1000 + moves.length };
  }

  #closesOf(day: string): ZLine[] {
    if (day < this.present && this.book(day).orders.length > 0) return [this.#zOf(day, `${shifted(day, 1)}T02:10:00.000+07:00`, "บอย")];
    return this.#closes.filter((close) => close.business_day === day);
  }

  #signedOf(day: string): Signed | null {
    if (day < shifted(this.present, -1) && this.book(day).orders.length > 0) return { at: `${shifted(day, 1)}T09:30:00.000+07:00`, by: "คุณชื่นจิต", note: null };
    return this.#signed.get(day) ?? null;
  }

  review(day: string): DayReview {
    const book = this.book(day);
    const before = shifted(day, -7);
    const old = this.book(before);
    const items = this.items(day);
    const open = items.filter((item) => item.settled === null).length;
    const closes = this.#closesOf(day);
    const signed = this.#signedOf(day);
    const unclosed = closes.length === 0 && book.moves.length > 0;
    const why: DayReview["why_not"] = [...(open > 0 ? (["open_review"] as const) : []), ...(signed ? (["already"] as const) : []), ...(unclosed ? (["not_closed"] as const) : day === this.present && closes.length === 0 ? (["not_over"] as const) : [])];
    const slipBills = book.orders.filter((order) => order.attempts.some((attempt) => attempt.confirmed_by === "slip"));
    const asked = book.orders.flatMap((order) => order.attempts).filter((attempt) => attempt.provider !== "cash");
    const providers = [...new Set(asked.map((attempt) => attempt.provider))];
    return {
      business_day: day, cutoff: "04:00", today: day === this.present, totals: totalsOf(book.moves), bank: bankOf(book.moves), drawer: drawerOf(book.moves), by_method: byMethod(book),
      by_provider: grouped(book.moves, (move) => move.provider), by_cashier: grouped(book.moves, (move) => move.cashier), by_hour: byHour(book.moves),
      compared: { business_day: before, totals: totalsOf(old.moves), by_hour: byHour(old.moves) }, median_s: medianOf(book), opened: book.orders.length, paid: book.orders.filter((order) => order.state === "settled").length,
      failures: providers.map((provider) => {
        const all = asked.filter((attempt) => attempt.provider === provider);
        return { provider, attempts: all.length, failed: all.filter((attempt) => attempt.state === "failed").length, expired: all.filter((attempt) => attempt.state === "expired").length };
      }).filter((one) => one.failed + one.expired > 0),
      slips: slipBills.length === 0 ? { shown: 0, accepted: 0, stopped: 0, stopped_amount: "0.00", calls_saved: 0 } : { shown: slipBills.length + 4, accepted: slipBills.length, stopped: 4, stopped_amount: "1840.00", calls_saved: 6 },
      exceptions: items, open_orders: book.orders.filter((order) => order.state === "due" && order.attempts.at(-1)?.state === "awaiting").map(({ number, order_id, amount_due, state }) => ({ number, order_id, amount_due, state })),
      closes, next_z: this.#zNumber(this.present), unclosed, signed, may_close: why.length === 0, why_not: why,
    };
  }

  get orders(): Order[] {
    const days = Array.from({ length: daysBetween(FIRST_DAY, this.present) + 1 }, (_, at) => shifted(this.present, -at));
    const booked = days.flatMap((day) => this.book(day).orders);
    const known = new Set(this.#around.tillOrders().map((order) => order.order_id));
    return [...this.#around.tillOrders(), ...booked.filter((order) => !known.has(order.order_id))];
  }

  get moves(): Movement[] {
    return [...this.#books.values()].flatMap((book) => book.moves);
  }

  #find(name: string): Order {
    const found = this.orders.find((order) => order.order_id === name || order.number === name);
    if (!found) throw fault("not_found");
    return found;
  }

  #papers(order: Order): Commands["order_timeline"]["reply"]["documents"] {
    const number = order.number.replace(/\D/g, "");
    const back = order.refunds.filter((refund) => refund.state === "done");
    if (back.length === 0) return [];
    const at = order.settled_at ?? order.created_at;
    return [{ kind: "receipt", number: `R-${number}`, at }, ...back.map((_, place) => ({ kind: "credit_note" as const, number: `CN-${number}${place === 0 ? "" : `-${place + 1}`}`, at }))];
  }

  #replace(order: Order): Order {
    const book = this.#books.get(order.business_day);
    if (book) book.orders = book.orders.map((other) => (other.order_id === order.order_id ? order : other));
    this.#around.keep(order);
    return order;
  }

  #file(name: string): File {
    this.#exports += 1;
    return { path: `exports/${name}`, name, bytes: 18_000 + this.#exports * 1024 };
  }

  #refund: Handler<"order_refund"> = async ({ order: name, amount, reason, by_transfer, attempt: wanted }) => {
    const order = this.#find(name);
    const attempt = order.attempts.find((one) => one.attempt_id === wanted) ?? order.attempts.find((one) => parseWire(one.received) > 0n);
    const left = parseWire(order.received) - parseWire(order.refunded);
    const satang = amount === undefined ? left : parseWire(amount);
    if (!attempt || satang <= 0n || satang > left) throw fault("payout_refused", { max: toWire(left) });
    if (attempt.provider !== "omise_truemoney" && attempt.provider !== "cash" && by_transfer === undefined) throw fault("reason_missing");
    const refund: Refund = { refund_id: `R${order.number}-${order.refunds.length + 1}`, amount: toWire(satang), kind: by_transfer === undefined ? "void" : "transfer", state: "done", provider_ref: by_transfer ?? `rfnd_5x${order.number.slice(-3)}`, reason };
    const now = this.#replace({ ...order, refunds: [...order.refunds, refund], refunded: toWire(parseWire(order.refunded) + satang), excess: "0.00", version: order.version + 1 });
    this.book(order.business_day).moves.push({ ...moveOf(now, attempt.provider, "automatic"), received: 0n, adjustment: 0n, fee: 0n, refund: satang, sale: false });
    return now;
  };

  readonly handlers: { [K in Answered]: Handler<K> } = {
    day_review: async ({ date }) => {
      const day = date ?? this.present;
      if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || day > this.present) throw fault("bad_request");
      return this.review(day);
    },
    review_settle: async ({ item, outcome, note = "", as }) => {
      if (outcome !== "accepted" && note.trim() === "") throw fault("reason_missing");
      const found = (this.#items ?? []).find((one) => one.item === item);
      if (!found) throw fault("not_found");
      const settled: ReviewItem = { ...found, settled: { by: as?.user ?? this.#around.person() ?? "", at: isoAt(this.#around.nowMs()), outcome, note } };
      this.#items = (this.#items ?? []).map((one) => (one.item === item ? settled : one));
      return settled;
    },
    day_close: async ({ date = this.present, as }) => {
      if (!this.review(date).unclosed) throw fault("wrong_state");
      const close = this.#zOf(date, isoAt(this.#around.nowMs()), as?.user ?? "");
      this.#closes.push(close);
      return close;
    },
    day_sign: async ({ date = this.present, note = null, as }) => {
      const open = this.items(date).filter((item) => item.settled === null).length;
      if (open > 0) throw fault("day_open_items", { count: String(open) });
      if (this.review(date).unclosed) throw fault("wrong_state");
      this.#signed.set(date, { at: isoAt(this.#around.nowMs()), by: as?.user ?? "", note });
      return this.review(date);
    },
    day_paper: async ({ date, what, number }) => this.#file(what === "z" ? `z-${String(number ?? 0).padStart(4, "0")}.pdf` : `${what}-${date}.pdf`),
    day_export: async ({ from, to, what, format }) => this.#file(from === to ? `${what}-${from}.${format}` : `${what}-${from}-${to}.${format}`),
    file_open: async () => ({}),
    order_find: async (wish) => find(this.orders, this.moves, wish),
    order_timeline: async ({ order: name }) => {
      const order = this.#find(name);
      const slips = this.#slips.get(order.order_id) ?? [];
      return { order, slips, documents: this.#papers(order), lines: timelineOf(order, slips, this.#around.seesRaw()), raw_allowed: this.#around.seesRaw() };
    },
    order_refund: this.#refund,
    refund_offer: async ({ order: name }) => {
      const order = this.#find(name);
      const left = parseWire(order.received) - parseWire(order.refunded);
      const paid = order.attempts.filter((attempt) => parseWire(attempt.received) > 0n).reverse();
      if (left <= 0n || order.refunds.some((refund) => refund.state === "unknown")) return { attempts: [] };
      return {
        attempts: paid.map(({ attempt_id, provider, method, received }) => ({
          attempt_id, provider, method, refundable: toWire(parseWire(received) < left ? parseWire(received) : left), kind: provider === "omise_truemoney" ? "void" as const : "transfer" as const,
          until: provider === "omise_truemoney" ? `${order.business_day}T23:59:00.000+07:00` : null,
        })),
      };
    },
    slip_picture: async () => ({ picture_base64: PICTURE, mime: "image/png" }),
  };
}

