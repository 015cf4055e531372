// One bill as one row: footer, idle panel. Icon, words and whether somebody should look.
import type { Flag, Order } from "../ipc/generated";
import type { IconName } from "../design/components/icons";
import { shortAmount } from "../lib/money";
import { countdownText, shortClock } from "../lib/time";
import { m, say } from "../messages/index.svelte";
import { face, kindOf, newest } from "./presentation";
import { paidAttempt } from "./words";

export interface Row {
  icon: IconName;
  tone: "" | "good" | "warn" | "bad";
  text: string;
}

/** Flags that ask for a person; a manual confirm is a lasting badge, not a question. */
const ASKING: readonly Flag[] = [
  "duplicate_payment", "overpaid", "underpaid", "paid_late", "contradiction", "unrecognised_status", "weak_evidence",
  "qr_mismatch", "adjusted_too_much", "refund_failed",
];

export function needsPerson(order: Order): boolean {
  return order.flags.some((flag) => ASKING.includes(flag));
}

function flagWord(order: Order): string {
  const flag = ASKING.find((candidate) => order.flags.includes(candidate));
  switch (flag) {
    case "duplicate_payment": return m.flag_short_duplicate_payment();
    case "paid_late": return m.flag_short_paid_late();
    case "overpaid": return m.flag_short_overpaid();
    default: return m.flag_short_other();
  }
}

/** `elapsedMs` since the order was read, for the waiting time that is left. */
export function row(order: Order, elapsedMs: number): Row {
  const kind = kindOf(order);
  const attempt = newest(order);
  const ended = attempt?.ended_at ?? order.settled_at ?? order.created_at;
  const time = shortClock(ended);
  const icon = face(order).icon;
  switch (kind) {
    case "paid": {
      const method = say(`method_${paidAttempt(order)?.method ?? "promptpay"}`);
      const at = shortClock(order.settled_at ?? ended);
      return needsPerson(order)
        ? { icon: "review", tone: "warn", text: `${flagWord(order)} ${at}` }
        : { icon, tone: "good", text: m.row_paid({ method, time: at }) };
    }
    case "waiting": {
      const left = attempt?.remaining_ms === null || attempt === null ? null : Math.max(0, attempt.remaining_ms - elapsedMs);
      return { icon, tone: "", text: left === null ? m.row_waiting_open() : m.row_waiting({ time: countdownText(left) }) };
    }
    case "asking": return { icon, tone: "", text: m.row_asking() };
    case "confirming": return { icon, tone: "good", text: m.row_confirming() };
    case "cancelling": return { icon, tone: "", text: m.row_cancelling() };
    case "cancelled": return { icon, tone: "", text: m.row_cancelled({ time }) };
    case "expired": return { icon, tone: "", text: m.row_expired({ time }) };
    case "failed": return { icon, tone: "bad", text: m.row_failed({ time }) };
    case "unknown": return { icon, tone: "warn", text: m.row_unknown() };
    case "held": return { icon, tone: "warn", text: m.row_held() };
    case "not_opened": return { icon, tone: "warn", text: m.row_down() };
    case "mismatch": return { icon, tone: "warn", text: m.row_mismatch() };
    case "underpaid": return { icon, tone: "warn", text: m.row_underpaid({ amount: shortAmount(order.missing) }) };
  }
}

/** Money may still come for it, though nothing is on screen. */
export function stillWatched(order: Order): boolean {
  switch (kindOf(order)) {
    case "asking": case "waiting": case "confirming": case "cancelling": case "unknown": case "held": case "mismatch":
    case "expired": case "underpaid": return true;
    case "cancelled": case "failed": case "not_opened": case "paid": return false;
  }
}
