// What the memory host knows of a shop: its methods, its bills so far. Builders for orders and attempts.
import type { Asset, Attempt, AttemptState, Flag, Instruction, Method, MethodInfo, Order, Provider, ProviderInfo, Quote, ReasonCode, Tracking } from "../generated";
import { parseWire, toWire } from "../../lib/money";
import { modules, promptPayText } from "./qr-text";
import { thaiWords } from "./words";

export const START_ISO = "2025-11-21T14:35:12.000+07:00";
export const LIFETIME_MS = 300_000;

let start = START_ISO;
/** The hour this host plays at; every host sets it before it begins. */
export function startAt(iso: string): void {
  start = iso;
}
export function startIso(): string {
  return start;
}

/** RFC 3339 with +07:00, `ms` after the start of this host. */
export function isoAt(ms: number): string {
  const local = new Date(Date.parse(start) + ms + 7 * 3_600_000);
  return `${local.toISOString().slice(0, 23)}+07:00`;
}

const TRACKING: Readonly<Record<Provider, Tracking[]>> = {
  promptpay_direct: ["slip", "person"], deposit_gateway: ["callback", "resend", "slip"], jwt_gateway: ["poll", "callback"],
  omise_truemoney: ["poll", "callback"], crypto_2328: ["poll", "callback"], cash: ["person"],
};

export const ASSETS: Asset[] = [{ coin: "USDT", network: "TRX-TRC20" }, { coin: "USDT", network: "BSC-BEP20" }, { coin: "BTC", network: "BTC" }];

export function provider(id: Provider, min: string, max: string, answered: number | null = 2000): ProviderInfo {
  return {
    id, min, max, tracking: TRACKING[id], cancel: id === "omise_truemoney", refund: id === "omise_truemoney",
    health: answered === null ? "unknown" : "ok", answered_ms_ago: answered, setting: null, live: false,
    assets: id === "crypto_2328" ? ASSETS : [], balance: id === "jwt_gateway", statement: ["jwt_gateway", "omise_truemoney", "crypto_2328"].includes(id),
  };
}

function method(name: Method, providers: ProviderInfo[], reason: MethodInfo["reason"] = null): MethodInfo {
  return { method: name, providers, available: reason === null, reason };
}

export function methodsOf(world: "full" | "first"): MethodInfo[] {
  const direct = provider("promptpay_direct", "0.01", "999999.99", null);
  const wallet = method("truemoney", [provider("omise_truemoney", "100.00", "50000.00", 12_000)]);
  const drawer = method("cash", [provider("cash", "0.25", "999999.99", null)]);
  if (world === "first") return [method("promptpay", [direct]), wallet, method("crypto", [], "not_set_up"), drawer];
  return [
    method("promptpay", [provider("jwt_gateway", "1.00", "700000.00"), direct]), wallet,
    method("crypto", [provider("crypto_2328", "200.00", "500000.00", 31_000)]), drawer,
  ];
}

export interface Draft {
  number: string;
  amount: string;
  provider: Provider;
  state: AttemptState;
  openedMs: number;
  reason?: ReasonCode | null;
  received?: string;
  adjustment?: string;
  remainingMs?: number | null;
  flags?: Flag[];
  endedMs?: number | null;
  checkedNothing?: boolean;
  confirmedBy?: Attempt["confirmed_by"];
  qr?: boolean;
  /** Instead of the provider's usual instruction. */
  show?: "bank" | "page";
  asset?: Asset;
  tendered?: string;
}

export function methodOf(id: Provider): Method {
  switch (id) {
    case "promptpay_direct": case "deposit_gateway": case "jwt_gateway": return "promptpay";
    case "omise_truemoney": return "truemoney";
    case "crypto_2328": return "crypto";
    case "cash": return "cash";
  }
}

const BAHT_A_DOLLAR_SATANG = 3240n;
/** Nobody's: the checksum is wrong, so no wallet sends to it. */
const NOBODYS_ADDRESS = "TNobodyOwnsThisAddress1234567890ab";

/** Dollars for baht with four places, as text. */
function dollars(wire: string): string {
  const tenThousandths = (parseWire(wire) * 10_000n) / BAHT_A_DOLLAR_SATANG;
  const digits = tenThousandths.toString().padStart(5, "0");
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

function quoteOf(draft: Draft): Quote | null {
  if (draft.provider !== "crypto_2328") return null;
  const asset = draft.asset ?? ASSETS[0] ?? { coin: "USDT", network: "TRX-TRC20" };
  return { ...asset, invoiced: dollars(draft.amount).slice(0, -2), currency: "USD", rate: "32.40", source: "setting", at: isoAt(draft.openedMs) };
}

function instructionOf(draft: Draft, payable: string): Instruction {
  if (draft.show === "bank") return { kind: "bank_account", bank_code: "014", number: "1234567890", name: "บจก. ชื่นใจ คาเฟ่" };
  const quote = quoteOf(draft);
  if (quote && draft.show === "page") {
    const url = "pay.example/invoice/01JD7F3K-9Q7X-K3M5-R8S2-7VW0YA4BC6DE"; // without a scheme: nothing here is a place to go
    return { kind: "redirect", url, qr: modules(url) };
  }
  if (quote) return { kind: "crypto_address", address: NOBODYS_ADDRESS, amount: dollars(payable), coin: quote.coin, network: quote.network, qr_png_base64: "", qr: modules(NOBODYS_ADDRESS) };
  const text = promptPayText(payable);
  return { kind: "qr_text", text, qr: modules(text) };
}

let serial = 0;

export function attemptOf(draft: Draft, nowMs: number): Attempt {
  serial += 1;
  const payable = toWire(parseWire(draft.amount) + parseWire(draft.adjustment ?? "0.00"));
  const timed = draft.provider !== "promptpay_direct" && draft.provider !== "cash";
  const remaining = draft.remainingMs === undefined ? LIFETIME_MS : draft.remainingMs;
  const id = `01JD${String(serial).padStart(4, "0")}Q7XK3M5R`;
  return {
    attempt_id: id, provider: draft.provider, method: methodOf(draft.provider), state: draft.state, our_ref: id,
    provider_ref: draft.provider === "promptpay_direct" || draft.provider === "cash" ? null : `chrg_test_5x${serial}`, payable, received: draft.received ?? "0.00", fee: null,
    instruction: draft.state === "awaiting" && draft.qr !== false ? instructionOf(draft, payable) : null,
    deadline: timed && remaining !== null ? isoAt(nowMs + remaining) : null, tracking: TRACKING[draft.provider], reason: draft.reason ?? null,
    opened_at: isoAt(draft.openedMs), ended_at: draft.endedMs === undefined || draft.endedMs === null ? null : isoAt(draft.endedMs),
    adjustment: draft.adjustment ?? "0.00", remaining_ms: timed ? remaining : null, lifetime_ms: timed ? LIFETIME_MS : null,
    asked_ms_ago: TRACKING[draft.provider].includes("poll") && draft.state !== "failed" ? 1200 : null,
    ask_every_ms: TRACKING[draft.provider].includes("poll") ? 2000 : null, callbacks: TRACKING[draft.provider].includes("callback"),
    checked_nothing: draft.checkedNothing ?? false, confirmed_by: draft.confirmedBy ?? null,
    tendered: draft.tendered ?? null, change: draft.tendered === undefined ? null : toWire(parseWire(draft.tendered) - parseWire(payable)), quote: quoteOf(draft),
  };
}

/** Sums an order up again from its attempts, as the ledger would. */
export function settle(order: Order, nowMs: number): Order {
  const due = parseWire(order.amount_due);
  const received = order.attempts.reduce((sum, attempt) => sum + parseWire(attempt.received), 0n);
  const adjustment = order.attempts.filter((attempt) => attempt.state === "paid").reduce((sum, attempt) => sum + parseWire(attempt.adjustment), 0n);
  const owed = due + adjustment;
  const paid = received >= owed && received > 0n;
  const voided = order.state === "voided";
  const cancelled = received === 0n && order.attempts.every((attempt) => attempt.state === "cancelled" && attempt.reason === "cancelled_by_person");
  return {
    ...order, state: paid ? "settled" : voided || cancelled ? "voided" : "due", received: toWire(received),
    missing: paid ? "0.00" : toWire(owed - received), excess: paid && received > owed ? toWire(received - owed) : "0.00",
    settled_at: paid ? (order.settled_at ?? isoAt(nowMs)) : null, version: order.version + 1,
    words_th: thaiWords(received > 0n ? toWire(received) : order.amount_due),
  };
}

export function orderOf(draft: Draft, nowMs: number): Order {
  serial += 1;
  const order: Order = {
    type: "order", order_id: `01JD0RDER${String(serial).padStart(4, "0")}`, number: draft.number, state: "due", amount_due: draft.amount,
    received: "0.00", refunded: "0.00", cashier: "แพรว", note: null, business_day: "2025-11-21", flags: draft.flags ?? [],
    attempts: [attemptOf(draft, nowMs)], refunds: [], version: 1, created_at: isoAt(draft.openedMs), missing: draft.amount, excess: "0.00",
    settled_at: draft.state === "paid" && draft.endedMs !== undefined && draft.endedMs !== null ? isoAt(draft.endedMs) : null, words_th: thaiWords(draft.amount),
    next_provider: null,
  };
  return settle(order, nowMs);
}

/** The afternoon so far. */
export function afternoon(nowMs: number): Order[] {
  const minute = 60_000;
  const paid = (number: string, amount: string, by: Provider, minutesAgo: number, flags: Flag[] = []): Order =>
    orderOf({ number, amount, provider: by, state: "paid", received: amount, openedMs: nowMs - minutesAgo * minute - 22_000, endedMs: nowMs - minutesAgo * minute, flags, confirmedBy: "query" }, nowMs);
  return [
    paid("A-0146", "85.00", "jwt_gateway", 4), paid("A-0145", "320.00", "omise_truemoney", 7),
    paid("A-0144", "180.00", "jwt_gateway", 13, ["duplicate_payment"]), paid("A-0143", "60.00", "cash", 15),
    orderOf({ number: "A-0142", amount: "145.00", provider: "jwt_gateway", state: "expired", reason: "deadline", openedMs: nowMs - 23 * minute, endedMs: nowMs - 18 * minute, remainingMs: 0 }, nowMs),
    paid("A-0141", "1284.37", "jwt_gateway", 26),
  ];
}
