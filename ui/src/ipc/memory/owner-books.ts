// The memory host's books of a shop that has been open for a while: every business day has its bills and the money they
// moved, made up from the date alone, so that a day looks the same whenever it is asked for. All sums on the owner's pages
// are added up from these movements and from nothing else, which is why they agree.
import { parseWire, toWire } from "../../lib/money";
import type { Method, Order, Provider } from "../generated";
import type { Moved } from "../day-types";
import { methodOf, orderOf, startIso, type Draft } from "./world";

export type Proof = NonNullable<Moved["proof"]>;

/** Money that one bill moved with one provider. Whole satang. */
export interface Movement {
  order: string;
  day: string;
  hour: number;
  provider: Provider;
  method: Method;
  cashier: string;
  proof: Proof;
  received: bigint;
  adjustment: bigint;
  suspense: bigint;
  refund: bigint;
  fee: bigint;
  /** The first money of its bill. */
  sale: boolean;
}
export interface DayBook { day: string; orders: Order[]; moves: Movement[] }

export const FIRST_DAY = "2025-11-03";
export const CUTOFF_HOUR = 4;
/** Bills of each hour of a Friday, from the cut-off on: a café by day, a bar by night. */
const BUSY: Readonly<Record<number, number>> = { 10: 7, 11: 12, 12: 20, 13: 13, 14: 9, 15: 7, 16: 10, 17: 13, 18: 19, 19: 24, 20: 26, 21: 22, 22: 17, 23: 10, 0: 5, 1: 2 };
const PRICES = [45, 60, 65, 75, 85, 95, 110, 120, 135, 150, 165, 180, 195, 220, 245, 260, 290, 320, 365, 390, 440, 520, 640, 890, 1120];
const FEE_BP: Readonly<Record<Provider, bigint>> = { jwt_gateway: 90n, deposit_gateway: 80n, omise_truemoney: 305n, crypto_2328: 100n, promptpay_direct: 0n, cash: 0n };

export function feeOf(provider: Provider, satang: bigint): bigint {
  return (satang * FEE_BP[provider] + 5000n) / 10_000n;
}

/** Milliseconds of this host's clock. */
export function msOf(iso: string): number {
  return Date.parse(iso) - Date.parse(startIso());
}

export function momentOf(day: string, hour: number, second: number): number {
  const next = hour < CUTOFF_HOUR ? 86_400_000 : 0;
  return msOf(`${day}T00:00:00+07:00`) + next + hour * 3_600_000 + second * 1000;
}

/** Numbers that look random and are the same every time. */
function dice(seed: string): (sides: number) => number {
  let state = 2_166_136_261;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * sides);
  };
}

function providerFor(roll: number, amount: number): Provider {
  if (roll < 62) return "jwt_gateway";
  if (roll < 69) return "promptpay_direct";
  if (roll < 74) return "deposit_gateway";
  if (roll < 90 && amount >= 100) return "omise_truemoney";
  if (roll >= 97 && amount >= 290) return "crypto_2328";
  return "cash";
}

export function moveOf(order: Order, provider: Provider, proof: Proof, part: Partial<Movement> = {}): Movement {
  const paid = order.attempts.find((attempt) => attempt.provider === provider) ?? order.attempts[0];
  const at = paid?.ended_at ?? order.settled_at ?? order.created_at;
  return {
    order: order.order_id, day: order.business_day, hour: Number(at.slice(11, 13)), provider, method: methodOf(provider), cashier: order.cashier ?? "", proof,
    received: parseWire(paid?.received ?? "0.00"), adjustment: parseWire(paid?.adjustment ?? "0.00"), suspense: 0n, refund: 0n,
    fee: feeOf(provider, parseWire(paid?.received ?? "0.00")), sale: true, ...part,
  };
}

export function billOf(day: string, number: string, cashier: string, draft: Omit<Draft, "number">): Order {
  const ended = draft.endedMs ?? draft.openedMs;
  const order = orderOf({ ...draft, number }, ended);
  return { ...order, order_id: `01JD${number.replace("-", "")}`, business_day: day, cashier, attempts: order.attempts.map((attempt, at) => ({ ...attempt, attempt_id: `${number}#${at + 1}`, fee: draft.received ? toWire(feeOf(draft.provider, parseWire(draft.received))) : null })) };
}

/** The number a day's first bill has. */
export function firstNumber(day: string): number {
  return Math.round((Date.parse(day) - Date.parse(FIRST_DAY)) / 86_400_000) * 240 + 1;
}
export const numbered = (n: number): string => `A-${String(n).padStart(4, "0")}`;

/** The ordinary bills of a day, up to `untilMs` of the clock; nothing before the shop opened. */
export function ordinary(day: string, untilMs: number): DayBook {
  const book: DayBook = { day, orders: [], moves: [] };
  if (day < FIRST_DAY) return book;
  const roll = dice(day);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const quiet = [55, 60, 60, 70, 75, 100, 110][weekday] ?? 100;
  let n = firstNumber(day) + 20;
  for (const hour of [...Array(24).keys()].map((at) => (at + CUTOFF_HOUR) % 24)) {
    const bills = Math.round(((BUSY[hour] ?? 0) * (quiet + roll(16))) / 115);
    for (let at = 0; at < bills; at += 1) {
      const openedMs = momentOf(day, hour, Math.floor((3600 / bills) * at) + roll(40));
      const amount = PRICES[roll(PRICES.length)] ?? 95;
      const provider = providerFor(roll(100), amount);
      const took = provider === "cash" ? 6 : provider === "crypto_2328" ? 110 + roll(60) : provider === "omise_truemoney" ? 16 + roll(20) : 9 + roll(20);
      const lost = roll(100) < 3 && provider !== "cash";
      const cashier = hour >= 10 && hour < 17 ? "แพรว" : "บอย";
      const wire = `${amount}.00`;
      const adjustment = provider === "deposit_gateway" ? `0.${String(10 + roll(80))}` : "0.00";
      const endedMs = openedMs + took * 1000;
      if (endedMs > untilMs) return book;
      const number = numbered(n);
      n += 1;
      if (lost) {
        book.orders.push(billOf(day, number, cashier, { amount: wire, provider, state: "expired", reason: "deadline", openedMs, endedMs: openedMs + 300_000, remainingMs: 0 }));
        continue;
      }
      const received = toWire(parseWire(wire) + parseWire(adjustment));
      const slip = provider === "promptpay_direct";
      const order = billOf(day, number, cashier, {
        amount: wire, provider, state: "paid", received, adjustment, openedMs, endedMs, confirmedBy: provider === "cash" ? "person" : slip ? "slip" : roll(3) === 0 ? "callback" : "query",
        ...(provider === "cash" ? { tendered: wire } : {}),
      });
      book.orders.push(order);
      book.moves.push(moveOf(order, provider, provider === "cash" ? "cash" : slip ? "slip" : "automatic"));
    }
  }
  return book;
}


