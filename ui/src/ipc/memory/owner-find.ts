// Finding bills in the memory host's books, by the same filters as the ledger.
import { parseWire } from "../../lib/money";
import type { Order } from "../generated";
import type { Moved, OrderFind } from "../day-types";
import type { Movement } from "./owner-books";

const MOST = 200;
const USUAL = 50;

function amountOf(move: Movement, what: Moved["what"]): bigint {
  switch (what) {
    case "adjustment": return move.adjustment;
    case "suspense": return move.suspense;
    case "refund": return move.refund;
    case "fee": return move.fee;
    default: return move.received;
  }
}

function isPart(move: Movement, wanted: Moved): boolean {
  if (move.day < wanted.from || move.day > wanted.to) return false;
  if (wanted.provider !== undefined && move.provider !== wanted.provider) return false;
  if (wanted.method !== undefined && move.method !== wanted.method) return false;
  if (wanted.cashier !== undefined && move.cashier !== (wanted.cashier ?? "")) return false;
  if (wanted.hour !== undefined && move.hour !== wanted.hour) return false;
  if (wanted.proof !== undefined && move.proof !== wanted.proof) return false;
  return amountOf(move, wanted.what) !== 0n;
}

/** Everything a person may remember of a bill, in one text. */
function texts(order: Order): string {
  const refs = order.attempts.flatMap((attempt) => [attempt.our_ref, attempt.provider_ref ?? "", attempt.received, attempt.payable]);
  return [order.number, order.note ?? "", order.cashier ?? "", order.amount_due, order.received, ...refs].join("\n").toLowerCase();
}

export function find(orders: readonly Order[], moves: readonly Movement[], wish: OrderFind): { orders: Order[]; more: boolean } {
  const part = wish.moved ? new Set(moves.filter((move) => isPart(move, wish.moved ?? { from: "", to: "" })).map((move) => move.order)) : null;
  const words = (wish.search ?? "").trim().toLowerCase().replaceAll(",", "");
  const fits = (order: Order): boolean => {
    if (part && !part.has(order.order_id)) return false;
    if (wish.from !== undefined && order.business_day < wish.from) return false;
    if (wish.to !== undefined && order.business_day > wish.to) return false;
    if (wish.state !== undefined && order.state !== wish.state) return false;
    if (wish.flagged !== undefined && order.flags.length > 0 !== wish.flagged) return false;
    if (wish.flag !== undefined && !order.flags.includes(wish.flag)) return false;
    if (wish.provider !== undefined && !order.attempts.some((attempt) => attempt.provider === wish.provider)) return false;
    if (wish.cashier !== undefined && order.cashier !== wish.cashier) return false;
    if (wish.amount_from !== undefined && parseWire(order.amount_due) < parseWire(wish.amount_from)) return false;
    if (wish.amount_to !== undefined && parseWire(order.amount_due) > parseWire(wish.amount_to)) return false;
    return words === "" || texts(order).includes(words);
  };
  const sorted = orders.filter(fits).sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  const from = wish.before === undefined ? 0 : sorted.findIndex((order) => order.number === wish.before) + 1;
  const limit = Math.min(MOST, wish.limit ?? USUAL);
  return { orders: sorted.slice(from, from + limit), more: sorted.length > from + limit };
}
