// Adds up movements of money the way the ledger does: totals, and the same by method, provider, cashier and hour.
import { toWire } from "../../lib/money";
import type { Method } from "../generated";
import type { Group, MethodGroup, Totals } from "../day-types";
import { CUTOFF_HOUR, type DayBook, type Movement, type Proof } from "./owner-books";

const METHODS: readonly Method[] = ["promptpay", "truemoney", "cash", "crypto"];
const sum = (moves: readonly Movement[], of: (move: Movement) => bigint): bigint => moves.reduce((all, move) => all + of(move), 0n);
const netOf = (moves: readonly Movement[]): bigint => sum(moves, (move) => move.received - move.refund - move.fee);
const proven = (moves: readonly Movement[], proof: Proof): string => toWire(sum(moves, (move) => (move.proof === proof ? move.received : 0n)));

export function totalsOf(moves: readonly Movement[]): Totals {
  return {
    orders: moves.filter((move) => move.sale).length, gross: toWire(sum(moves, (move) => move.received)), refunds: toWire(sum(moves, (move) => move.refund)),
    fees: toWire(sum(moves, (move) => move.fee)), net: toWire(netOf(moves)), adjustments: toWire(sum(moves, (move) => move.adjustment)), suspense: toWire(sum(moves, (move) => move.suspense)),
    automatic: proven(moves, "automatic"), slip_confirmed: proven(moves, "slip"), manual: proven(moves, "manual"), cash: proven(moves, "cash"),
  };
}

function groupOf(key: string, moves: readonly Movement[]): Group {
  const { orders, gross, refunds, fees, net } = totalsOf(moves);
  return { key, orders, gross, refunds, fees, net };
}

export function grouped(moves: readonly Movement[], keyOf: (move: Movement) => string): Group[] {
  const keys = [...new Set(moves.map(keyOf))];
  return keys.map((key) => groupOf(key, moves.filter((move) => keyOf(move) === key))).sort((a, b) => Number(BigInt(b.gross.replace(".", "")) - BigInt(a.gross.replace(".", ""))));
}

/** Every hour of the business day, from the cut-off on. */
export function byHour(moves: readonly Movement[]): Group[] {
  return Array.from({ length: 24 }, (_, at) => (at + CUTOFF_HOUR) % 24).map((hour) => groupOf(String(hour).padStart(2, "0"), moves.filter((move) => move.hour === hour)));
}

function median(seconds: number[]): number | null {
  const sorted = [...seconds].sort((a, b) => a - b);
  return sorted.length === 0 ? null : (sorted[Math.floor(sorted.length / 2)] ?? null);
}

export function byMethod(book: DayBook): MethodGroup[] {
  return METHODS.flatMap((method): MethodGroup[] => {
    const moves = book.moves.filter((move) => move.method === method);
    const attempts = book.orders.flatMap((order) => order.attempts).filter((attempt) => attempt.method === method);
    if (attempts.length === 0) return [];
    const paid = attempts.filter((attempt) => attempt.state === "paid");
    const took = method === "cash" ? [] : paid.map((attempt) => Math.round((Date.parse(attempt.ended_at ?? attempt.opened_at) - Date.parse(attempt.opened_at)) / 1000));
    return [{ ...groupOf(method, moves), method, attempts: attempts.length, paid: paid.length, median_s: median(took) }];
  });
}

export function medianOf(book: DayBook): number | null {
  const paid = book.orders.flatMap((order) => order.attempts).filter((attempt) => attempt.state === "paid" && attempt.method !== "cash");
  return median(paid.map((attempt) => Math.round((Date.parse(attempt.ended_at ?? attempt.opened_at) - Date.parse(attempt.opened_at)) / 1000)));
}

export const bankOf = (moves: readonly Movement[]): string => toWire(netOf(moves.filter((move) => move.proof !== "cash")));
export const drawerOf = (moves: readonly Movement[]): string => toWire(netOf(moves.filter((move) => move.proof === "cash")));
