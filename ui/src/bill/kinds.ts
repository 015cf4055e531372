// Words for what a person must look at, as short titles; and for the states of a sale.
import type { OrderState } from "../ipc/generated";
import type { ReviewItem } from "../ipc/day-types";
import type { ReviewKind } from "../ipc/owner-types";
import { msBetween } from "../lib/time";
import { m, say } from "../messages/index.svelte";
import { ageText, providerName } from "./words";

const KINDS: Readonly<Record<ReviewKind, true>> = {
  paid_late: true, underpaid: true, overpaid: true, duplicate_payment: true, contradiction: true, unrecognised_status: true, weak_evidence: true, manual_confirm: true, qr_mismatch: true,
  adjusted_too_much: true, held: true, refund_failed: true, payout_unknown: true, refund_unknown: true, shift_difference: true, slip_waiting: true, suspense: true, reconcile: true,
};

/** A kind this window has words for; a newer backend may know more. */
export function knownKind(kind: string): ReviewKind | null {
  return (Object.keys(KINDS) as ReviewKind[]).find((known) => known === kind) ?? null;
}
export const kindWord = (kind: string): string => say(`kind_${knownKind(kind) ?? "other"}`);
export const caseWord = (kind: string): string => say(`case_${knownKind(kind) ?? "other"}`);
export const likelyWord = (kind: string): string => say(`likely_${knownKind(kind) ?? "other"}`);
const lineWord = (kind: string): string => say(`kind_line_${knownKind(kind) ?? "other"}`);

const OUTCOMES = ["accepted", "returned", "other_order", "wait", "explained"] as const;
export function outcomeWord(outcome: string): string {
  const known = OUTCOMES.find((word) => word === outcome);
  return known ? say(`outcome_${known}`) : outcome;
}
export const saleWord = (state: OrderState): string => say(`sale_${state}`);

/** "ค้าง 12 ชม." */
export function heldText(since: string, nowIso: string): string {
  return m.held_for({ age: ageText(Math.max(0, msBetween(since, nowIso))) });
}

/** One line under the title: who or what is behind it. */
export function itemLine(item: ReviewItem): string {
  const provider = item.detail.provider ?? "";
  const known = ["promptpay_direct", "deposit_gateway", "jwt_gateway", "omise_truemoney", "crypto_2328", "cash"].includes(provider);
  if (known && (item.kind === "reconcile" || item.kind === "refund_unknown" || item.kind === "payout_unknown")) return lineWord(item.kind) + " · " + providerName(provider as Parameters<typeof providerName>[0]);
  return lineWord(item.kind);
}
