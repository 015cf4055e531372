// How strong a piece of evidence is, and the reasons that come with it.
import type { IconName } from "../../design/components/icons";
import type { TimelineLine } from "../../ipc/day-types";
import { m, say } from "../../messages/index.svelte";

export interface Strength { icon: IconName; word: string }

const STRENGTHS: Readonly<Record<string, () => Strength>> = {
  query: () => ({ icon: "dot", word: m.strength_query() }), provider: () => ({ icon: "dot", word: m.strength_query() }), callback: () => ({ icon: "confirming", word: m.strength_callback() }),
  slip: () => ({ icon: "ring", word: m.strength_slip() }), person: () => ({ icon: "person", word: m.strength_person() }),
};

/** Solid: the provider was asked. Half: it called, signed. Ring: a slip. A figure: a person. Our own doings have none. */
export function sourceStrength(line: TimelineLine): Strength | null {
  if (["opened", "attempt_opened", "cancel_requested", "voided", "refund_requested"].includes(line.event)) return null;
  return STRENGTHS[line.source]?.() ?? null;
}

const CONFIRMS = ["bank_app_shown", "provider_dashboard", "slip_checked_by_hand", "phone_call"] as const;
const REFUNDS = ["customer_request", "wrong_amount", "duplicate_payment", "goods_unavailable", "other"] as const;
const ENDS = [
  "refused", "misconfigured", "not_sent", "provider_down", "outcome_unknown", "never_created", "throttled", "qr_mismatch", "qr_unavailable", "adjusted_too_much", "failed_processing",
  "insufficient_balance", "payment_cancelled", "timeout", "declined", "deadline", "cancelled_by_person", "mode_mismatch",
] as const;

/** A reason in words; one that is not known stays the word it is. */
export function reasonText(reason: string): string {
  const confirm = CONFIRMS.find((word) => word === reason);
  if (confirm) return say(`reason_${confirm}`);
  const refund = REFUNDS.find((word) => word === reason);
  if (refund) return say(`refund_why_${refund}`);
  const end = ENDS.find((word) => word === reason);
  return end ? say(`ended_${end}`) : reason;
}
