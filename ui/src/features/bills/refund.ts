// Giving money back: what may go back, and what is still missing before it can. Pure.
import type { RefundOffer, RefundReason } from "../../ipc/day-types";
import { parseWire, toWire } from "../../lib/money";
import { typedSatang } from "../../lib/typed-money";
import type { MessageKey } from "../../messages/index.svelte";

export type Way = RefundOffer["attempts"][number];
export const REASONS: readonly RefundReason[] = ["customer_request", "wrong_amount", "duplicate_payment", "goods_unavailable", "other"];

/** Which payment to begin with: the one that was too much by itself, or the newest. */
export function firstWay(ways: readonly Way[], excess: string): Way | null {
  const over = parseWire(excess);
  return ways.find((way) => over > 0n && parseWire(way.refundable) === over && way.kind !== "transfer") ?? ways.find((way) => over > 0n && parseWire(way.refundable) === over) ?? ways[0] ?? null;
}

/** The sum to begin with: what is too much, but never above what may go back. */
export function firstAmount(way: Way, excess: string): string {
  const over = parseWire(excess);
  const most = parseWire(way.refundable);
  return over > 0n && over < most ? toWire(over) : way.refundable;
}

export interface Wished { amount: string; reason: RefundReason | null; byTransfer: boolean; reference: string }

/** What is missing, as a sentence's name; null when it can be asked for. */
export function missing(way: Way | null, wished: Wished): MessageKey | null {
  if (way === null) return "refund_no_way";
  const satang = typedSatang(wished.amount);
  if (satang === null || satang <= 0n) return "refund_need_amount";
  if (satang > parseWire(way.refundable)) return "refund_too_much";
  if (wished.reason === null) return "refund_need_reason";
  return wished.byTransfer && wished.reference.trim() === "" ? "refund_need_reference" : null;
}
