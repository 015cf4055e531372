// The three answers to each thing a person must look at. None is chosen beforehand. An answer either settles the item as it
// is, gives money back first, or lets a person's word count as the payment first.
import { knownKind } from "../../bill/kinds";
import type { ReviewOutcome } from "../../ipc/day-types";
import type { MessageKey } from "../../messages/index.svelte";

export interface Answer {
  label: MessageKey;
  outcome: ReviewOutcome;
  /** What has to be done before it is settled. */
  first: "nothing" | "refund" | "confirm";
}

const settle = (label: MessageKey, outcome: ReviewOutcome): Answer => ({ label, outcome, first: "nothing" });
const REFUND: Answer = { label: "answer_refund", outcome: "returned", first: "refund" };
const OTHER = settle("answer_other_order", "other_order");
const EXPLAIN = settle("answer_explain", "explained");
const WAIT = settle("answer_wait", "wait");
const CHECKED: readonly Answer[] = [settle("answer_checked", "accepted"), WAIT, EXPLAIN];

/** What is not known here can still be looked at, waited for or explained. */
export function answersOf(word: string, due: boolean): readonly Answer[] {
  const kind = knownKind(word);
  switch (kind) {
    case "contradiction":
      return due ? [{ label: "answer_accept_slip", outcome: "accepted", first: "confirm" }, settle("answer_wait_gateway", "wait"), settle("answer_not_accepted", "returned")] : [settle("answer_checked", "accepted"), WAIT, REFUND];
    case "duplicate_payment": case "overpaid": case "suspense": return [REFUND, OTHER, EXPLAIN];
    case "paid_late": return [settle("answer_counts", "accepted"), REFUND, OTHER];
    case "underpaid": return [settle("answer_enough", "accepted"), settle("answer_wait_rest", "wait"), REFUND];
    case "manual_confirm": return [settle("answer_seen_in_bank", "accepted"), settle("answer_wait_money", "wait"), settle("answer_never_came", "explained")];
    case "refund_unknown": case "payout_unknown": return [settle("answer_arrived", "accepted"), WAIT, settle("answer_not_arrived", "explained")];
    case "refund_failed": return [REFUND, settle("answer_returned_otherwise", "returned"), EXPLAIN];
    case "shift_difference": return [settle("answer_accept_difference", "accepted"), settle("answer_wait_look", "wait"), EXPLAIN];
    case "reconcile": return [settle("answer_theirs_right", "accepted"), settle("answer_wait_provider", "wait"), EXPLAIN];
    case "slip_waiting": return [settle("answer_wait_bank", "wait"), settle("answer_not_accepted", "returned"), EXPLAIN];
    case "weak_evidence": case "unrecognised_status": case "qr_mismatch": case "adjusted_too_much": case "held": case null: return CHECKED;
  }
}

/** Accepting what is there needs no words; everything else says why. */
export function needsNote(answer: Answer): boolean {
  return answer.outcome !== "accepted";
}
