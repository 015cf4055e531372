// From an order to what the bill panel shows. Pure and exhaustive: every attempt state has one face, and the cashier's
// possible moves follow from the face, not from the place that draws it. It shows state; it never decides any.
import type { Attempt, Order, ReasonCode } from "../ipc/generated";
import { parseWire } from "../lib/money";
import type { IconName } from "../design/components/icons";
import type { MessageKey } from "../messages/index.svelte";

export type BillKind =
  | "asking" | "waiting" | "confirming" | "cancelling" | "cancelled" | "expired" | "failed" | "unknown" | "held"
  | "not_opened" | "mismatch" | "underpaid" | "paid";

export type Tone = "plain" | "seen" | "paid" | "warn" | "look" | "bad";
/** What the indigo key (Enter) does over this bill. */
export type Forward = "none" | "rest" | "retry" | "next" | "new_qr" | "change_method";

export interface Face {
  icon: IconName;
  tone: Tone;
  word: MessageKey;
  /** The bill still needs watching: digits and scanners do not replace it. */
  resting: boolean;
  check: boolean;
  change: "change" | "new_qr" | "no";
  third: "cancel" | "close" | "no";
  /** Why a button above is dashed. */
  why: MessageKey | null;
  forward: Forward;
}

const FACES: Readonly<Record<BillKind, Face>> = {
  asking: { icon: "waiting", tone: "plain", word: "state_asking", resting: true, check: false, change: "no", third: "cancel", why: "why_change_asking", forward: "none" },
  waiting: { icon: "waiting", tone: "plain", word: "state_waiting", resting: true, check: true, change: "change", third: "cancel", why: null, forward: "none" },
  confirming: { icon: "confirming", tone: "seen", word: "state_confirming", resting: true, check: true, change: "no", third: "cancel", why: "why_change_confirming", forward: "none" },
  cancelling: { icon: "cancelling", tone: "plain", word: "state_cancelling", resting: true, check: true, change: "no", third: "no", why: "why_change_cancelling", forward: "none" },
  cancelled: { icon: "cancelled", tone: "plain", word: "state_cancelled", resting: false, check: true, change: "no", third: "close", why: null, forward: "none" },
  expired: { icon: "expired", tone: "plain", word: "state_expired", resting: false, check: true, change: "new_qr", third: "cancel", why: null, forward: "new_qr" },
  failed: { icon: "failed", tone: "bad", word: "state_failed", resting: false, check: true, change: "new_qr", third: "cancel", why: null, forward: "new_qr" },
  unknown: { icon: "unknown", tone: "warn", word: "state_unknown", resting: true, check: true, change: "no", third: "cancel", why: "why_change_unknown", forward: "none" },
  held: { icon: "held", tone: "warn", word: "state_held", resting: true, check: true, change: "no", third: "no", why: "why_change_held", forward: "none" },
  not_opened: { icon: "down", tone: "warn", word: "state_provider_down", resting: true, check: false, change: "change", third: "cancel", why: null, forward: "retry" },
  mismatch: { icon: "review", tone: "look", word: "state_mismatch", resting: true, check: true, change: "change", third: "cancel", why: null, forward: "change_method" },
  underpaid: { icon: "review", tone: "look", word: "state_underpaid", resting: true, check: true, change: "change", third: "no", why: null, forward: "rest" },
  paid: { icon: "paid", tone: "paid", word: "state_paid", resting: false, check: false, change: "no", third: "close", why: "why_change_paid", forward: "none" },
};

/** Reasons of a failed attempt that mean: no payment was ever opened, so nobody can have paid. */
const NOT_OPENED: ReadonlySet<string> = new Set<ReasonCode>(["refused", "misconfigured", "not_sent", "provider_down", "never_created", "throttled"]);
/** Reasons that keep an opened payment from being shown. */
const NOT_SHOWN: ReadonlySet<string> = new Set<ReasonCode>(["qr_mismatch", "qr_unavailable", "adjusted_too_much", "mode_mismatch"]);

/** Attempts come oldest first. */
export function newest(order: Order): Attempt | null {
  return order.attempts.at(-1) ?? null;
}

function kindOfAttempt(attempt: Attempt): BillKind {
  const notShown = attempt.reason !== null && NOT_SHOWN.has(attempt.reason);
  switch (attempt.state) {
    case "prepared":
    case "submitted": return "asking";
    // Found again after its answer was lost: nothing to show, and it may still be paid.
    case "awaiting": return attempt.reason === "qr_unavailable" ? "unknown" : notShown ? "mismatch" : "waiting";
    case "confirming": return "confirming";
    case "cancelling": return notShown ? "mismatch" : "cancelling";
    case "unknown": return "unknown";
    case "held": return "held";
    case "paid": return "paid";
    case "failed": return notShown ? "mismatch" : attempt.reason !== null && NOT_OPENED.has(attempt.reason) ? "not_opened" : "failed";
    case "expired": return "expired";
    case "cancelled": return notShown ? "mismatch" : "cancelled";
  }
}

export function kindOf(order: Order): BillKind {
  if (order.state === "settled" || order.state === "completed") return "paid";
  const attempt = newest(order);
  if (attempt === null) return order.state === "voided" ? "cancelled" : "asking";
  const kind = kindOfAttempt(attempt);
  if (order.state === "voided") return kind === "paid" ? "paid" : "cancelled";
  if (parseWire(order.received) > 0n && parseWire(order.missing) > 0n) {
    const collectingTheRest = parseWire(attempt.received) === 0n && ["asking", "waiting", "cancelling"].includes(kind);
    const stillOpen = kind === "confirming" || kind === "unknown" || kind === "held";
    if (!collectingTheRest && !stillOpen) return "underpaid";
  }
  return kind;
}

/** The face of a bill. A paid bill with a flag keeps its green; the flag is drawn beside it. */
export function face(order: Order): Face {
  const kind = kindOf(order);
  const attempt = newest(order);
  if (kind === "not_opened") {
    const offer: Partial<Face> = order.next_provider === null ? {} : { forward: "next" };
    switch (attempt?.reason) {
      case "misconfigured": return { ...FACES.not_opened, word: "state_misconfigured", forward: "change_method", ...offer };
      case "refused": return { ...FACES.not_opened, word: "state_refused", ...offer };
      case "throttled": return { ...FACES.not_opened, word: "state_throttled", ...offer };
      default: return { ...FACES.not_opened, ...offer };
    }
  }
  if (kind === "mismatch" && attempt?.state === "cancelled" && order.state === "voided") return FACES.cancelled;
  return FACES[kind];
}

export const ALL_KINDS = Object.keys(FACES) as BillKind[];

/** May a person confirm by hand now? Only after Check now found nothing, and where money could have come. */
export function mayConfirmByHand(attempt: Attempt | null): boolean {
  if (attempt === null || !attempt.checked_nothing) return false;
  return attempt.state === "awaiting" || attempt.state === "confirming" || attempt.state === "unknown" || attempt.state === "expired";
}

export function isPaid(order: Order): boolean {
  return kindOf(order) === "paid" && parseWire(order.received) > 0n;
}

/** Still running: somebody has to hear about it. */
export function isRunning(order: Order): boolean {
  switch (kindOf(order)) {
    case "asking": case "waiting": case "confirming": case "cancelling": case "unknown": case "held": case "mismatch": return true;
    case "cancelled": case "expired": case "failed": case "not_opened": case "underpaid": case "paid": return false;
  }
}

const SOON_MS = 60_000;

/** A waiting QR in its last minute: what is offered then is a new one. `elapsedMs` since the order was read. */
export function nearlyOver(order: Order, elapsedMs: number): boolean {
  const left = newest(order)?.remaining_ms ?? null;
  return kindOf(order) === "waiting" && left !== null && left - elapsedMs <= SOON_MS;
}
