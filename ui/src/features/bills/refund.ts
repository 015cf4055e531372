// Giving money back: what may go back, and what is still missing before it can. Pure.
import type { RefundOffer, RefundReason } from "../../ipc/day-types";
import { parseWire, toWire } from "../../lib/money";
import { typedSatang } from "../../lib/typed-money";
import type { MessageKey } from "../../messages/index.svelte";

/** Where the backend does not say whether a part may go back, it may be tried: it refuses what cannot be. */
export type Way = RefundOffer["attempts"][number] & { partial?: boolean };
export const mayBePart = (way: Way): boolean => way.partial ?? true;
export const REASONS: readonly RefundReason[] = ["customer_request", "wrong_amount", "duplicate_payment", "goods_unavailable", "other"];

/** Which payment to begin with: the one that was too much by itself, or the newest. */
export function firstWay(ways: readonly Way[], excess: string): Way | null {
  const over = parseWire(excess);
  return ways.find((way) => over > 0n && parseWire(way.refundable) === over && way.kind !== "transfer") ?? ways.find((way) => over > 0n && parseWire(way.refundable) === over) ?? ways[0] ?? null;
}

/** The sum to begin with: what is too much, but never above what may go back; all of it where a part cannot. */
export function firstAmount(way: Way, excess: string): string {
  const over = parseWire(excess);
  const most = parseWire(way.refundable);
  return mayBePart(way) && over > 0n && over < most ? toWire(over) : way.refundable;
}

export interface Wished { amount: string; reason: RefundReason | null; byTransfer: boolean; reference: string }

/** Satang to give back; null while it is no amount. */
export function wishedSatang(way: Way, wished: Wished): bigint | null {
  return mayBePart(way) || wished.byTransfer ? typedSatang(wished.amount) : parseWire(way.refundable);
}

/** What is missing, as a sentence's name; null when it can be asked for. */
export function missing(way: Way | null, wished: Wished): MessageKey | null {
  if (way === null) return "refund_no_way";
  const satang = wishedSatang(way, wished);
  if (satang === null || satang <= 0n) return "refund_need_amount";
  if (satang > parseWire(way.refundable)) return "refund_too_much";
  if (wished.reason === null) return "refund_need_reason";
  return wished.byTransfer && wished.reference.trim() === "" ? "refund_need_reference" : null;
}
