// From a slip to what its panel shows. Pure and exhaustive. Solid red only where the slip itself does not pay this bill; what
// is the bank's, the line's or the shop's affair is never drawn as a bad slip.
import type { IconName } from "../../design/components/icons";
import type { Tone } from "../../bill/presentation";
import type { Order, Slip } from "../../ipc/generated";
import { parseWire, toWire } from "../../lib/money";
import type { MessageKey } from "../../messages/index.svelte";

/** next: go on with the next bill · other: show another slip · again: ask about this one again · open: the bill it belongs to. */
export type Act = "next" | "other" | "again" | "open" | "override" | "back";
export type Mark = "good" | "bad" | null;

export interface VerdictFace {
  icon: IconName;
  tone: Tone;
  word: MessageKey;
  /** Left, then right. */
  acts: readonly Act[];
  /** Whether the left one is the indigo key. */
  decided: boolean;
}

type Look = Pick<VerdictFace, "icon" | "tone">;
const REFUSED: Look = { icon: "failed", tone: "bad" };
const OPEN: Look = { icon: "unknown", tone: "warn" };

function pair(left: Act, slip: Slip): Pick<VerdictFace, "acts" | "decided"> {
  return { acts: [left, slip.may_override ? "override" : "back"], decided: true };
}

export function verdictFace(slip: Slip): VerdictFace {
  switch (slip.verdict) {
    case "accepted": return { icon: "paid", tone: "paid", word: "slip_v_accepted", acts: ["next", "open"], decided: true };
    case "wrong_amount": return { ...REFUSED, word: "slip_v_wrong_amount", ...pair("other", slip) };
    case "wrong_receiver": return { ...REFUSED, word: "slip_v_wrong_receiver", ...pair("other", slip) };
    case "already_used":
      return slip.used_by !== null && slip.used_by === slip.order
        ? { icon: "paid", tone: "seen", word: "slip_v_used_here", acts: ["next", "open"], decided: true }
        : { ...REFUSED, word: "slip_v_already_used", acts: ["other", "open"], decided: true };
    case "too_old": return { ...REFUSED, word: "slip_v_too_old", ...pair("other", slip) };
    case "not_a_slip": return { ...REFUSED, word: "slip_v_not_a_slip", ...pair("other", slip) };
    case "damaged": return { ...OPEN, word: "slip_v_damaged", ...pair("other", slip) };
    case "not_found": return { ...OPEN, word: "slip_v_not_found", ...pair(slip.retry_at === null ? "again" : "next", slip) };
    case "bank_pending": return { ...OPEN, word: "slip_v_bank_pending", ...pair("next", slip) };
    case "unavailable": return { icon: "down", tone: "warn", word: "slip_v_unavailable", ...pair(slip.retry_at === null ? "again" : "next", slip) };
    case "misconfigured": return { icon: "down", tone: "warn", word: "slip_v_misconfigured", ...pair("back", slip), acts: ["back", slip.may_override ? "override" : "again"] };
    case "needs_review": {
      const look = { icon: "review", tone: "look", decided: false } as const;
      // Shown for one bill, but it may be another's money: a manager can say that it is this bill's all the same.
      const mayBeThis = slip.may_override && slip.order !== null && !slip.choices.includes(slip.order);
      if (slip.choices.length > 0) return { ...look, word: "slip_v_choose", acts: mayBeThis ? ["back", "override"] : ["back"] };
      return { ...look, word: "slip_v_needs_review", acts: slip.may_override ? ["back", "override"] : ["back", "other"] };
    }
  }
}

/** The face with what is possible from here: nobody may, or this window no longer has what it was read from. `over`: it
 *  waited for its bank, and nobody is asked any more. */
export function panelFace(slip: Slip, over: "no" | "paid" | "unpaid", can: { override: boolean; ask: boolean }): VerdictFace {
  const face = verdictFace(slip);
  if (over === "paid") return { icon: "paid", tone: "paid", word: "slip_v_accepted", acts: ["next", "open"], decided: true };
  if (over === "unpaid") return { ...OPEN, word: "slip_v_over", acts: ["other", slip.order === null ? "back" : "open"], decided: true };
  const possible = (act: Act): boolean => (act === "override" ? can.override && can.ask : act === "again" ? can.ask : act !== "open" || (slip.used_by ?? slip.order) !== null);
  const spare: Act = face.acts.includes("back") ? "other" : "back";
  return { ...face, acts: face.acts.map((act) => (possible(act) ? act : spare)) };
}

/** What the bill still wanted when the slip was shown for it. */
export function owedOf(bill: Order): string {
  return parseWire(bill.missing) > 0n ? bill.missing : bill.amount_due;
}

/** Slip minus bill, with its sign; null when either is not known. */
export function differenceOf(slip: Slip, bill: Order | null): string | null {
  return slip.amount === null || bill === null ? null : toWire(parseWire(slip.amount) - parseWire(owedOf(bill)));
}

/** Only what was really looked at gets a mark. The judge stops at the first fault: receiver, then amount, then time. */
export function amountMark(slip: Slip): Mark {
  if (slip.verdict === "wrong_amount") return "bad";
  return slip.verdict === "accepted" || slip.verdict === "too_old" ? "good" : null;
}

/** `byHand`: a person accepted what the till could not tell. */
export function receiverMark(slip: Slip, byHand: boolean): Mark {
  if (slip.verdict === "wrong_receiver") return "bad";
  return slip.verdict === "accepted" && !byHand ? "good" : null;
}

export function timeMark(slip: Slip, byHand: boolean): Mark {
  if (slip.verdict === "too_old") return "bad";
  return slip.verdict === "accepted" && !byHand ? "good" : null;
}

export function referenceMark(slip: Slip): Mark {
  if (slip.verdict === "already_used") return "bad";
  return slip.verdict === "accepted" ? "good" : null;
}

/** The backend's sentence holds the wait as it was; the panel counts it down itself. */
export function withoutWait(sentence: string): string {
  return sentence.replace(/\s*(?:ถามใหม่เองใน|Asking again in) \d+:\d\d.*$/, "").trim();
}
