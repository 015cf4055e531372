// The sentences of a bill: what happened, what to tell the customer. Exhaustive over kinds and reasons.
import type { Attempt, Commands, Flag, Method, Order, Provider, ProviderInfo } from "../ipc/generated";
import { amountText, isZero } from "../lib/money";
import { age, countdownText, msBetween } from "../lib/time";
import { m, say } from "../messages/index.svelte";
import { kindOf, newest, type Face } from "./presentation";

export const providerName = (id: Provider): string => say(`provider_${id}`);

export function ageText(ms: number): string {
  const { unit, n } = age(ms);
  return say(`age_${unit}`, { n });
}

export function stateWord(order: Order, look: Face): string {
  const attempt = newest(order);
  return say(look.word, { provider: attempt ? providerName(attempt.provider) : "" });
}

/** A provider that has not answered for so long is worth a word beside the waiting QR. */
const SILENT_MS = 20_000;

/** Which sources are live, one or two lines. Never claims a source that is not listened to. */
export function sourceLines(attempt: Attempt): string[] {
  const asked = attempt.tracking.includes("poll");
  const called = attempt.tracking.includes("callback") || attempt.tracking.includes("resend");
  const provider = providerName(attempt.provider);
  if (asked) {
    const ask = attempt.ask_every_ms === null
      ? m.sources_poll_plain({ provider })
      : m.sources_poll({ provider, seconds: Math.max(1, Math.round(attempt.ask_every_ms / 1000)) });
    if (attempt.asked_ms_ago !== null && attempt.asked_ms_ago > SILENT_MS) return [ask, m.sources_asked({ age: ageText(attempt.asked_ms_ago) })];
    return called ? [ask, attempt.callbacks ? m.sources_callbacks_on() : m.sources_callbacks_off()] : [ask];
  }
  if (called) return [m.sources_no_query(), attempt.tracking.includes("resend") ? m.sources_resend() : attempt.callbacks ? m.sources_callbacks_on() : m.sources_callbacks_off()];
  return [attempt.tracking.includes("slip") ? m.sources_slip() : m.sources_person()];
}

export interface Sentences {
  now: string;
  say: string | null;
}

function failedWords(attempt: Attempt): Sentences {
  switch (attempt.reason) {
    case "insufficient_balance": return { now: m.now_insufficient_balance(), say: m.say_insufficient_balance() };
    case "failed_processing": return { now: m.now_failed_processing(), say: m.say_failed() };
    case "payment_cancelled": return { now: m.now_payment_cancelled(), say: null };
    case "timeout": return { now: m.now_payment_timeout(), say: m.say_expired() };
    case "declined": return { now: m.now_declined(), say: m.say_failed() };
    default: return { now: m.now_failed(), say: m.say_failed() };
  }
}

/** Why nothing was opened, and whom to ask instead, in one sentence. */
function nextWords(attempt: Attempt, next: ProviderInfo): string {
  const names = { provider: providerName(attempt.provider), next: providerName(next.id) };
  switch (attempt.reason) {
    case "refused": return m.now_next_refused(names);
    case "misconfigured": return m.now_next_misconfigured(names);
    case "throttled": return m.now_next_throttled(names);
    default: return m.now_next_silent(names);
  }
}

function notOpenedWords(attempt: Attempt, next: ProviderInfo | null): Sentences {
  const trouble = m.say_provider_down();
  if (next) return { now: nextWords(attempt, next), say: trouble };
  switch (attempt.reason) {
    case "misconfigured": return { now: m.now_misconfigured(), say: trouble };
    case "throttled": return { now: m.now_throttled(), say: trouble };
    case "refused": return { now: m.now_refused(), say: trouble };
    default: return { now: m.now_provider_down(), say: trouble };
  }
}

function mismatchWords(attempt: Attempt): Sentences {
  switch (attempt.reason) {
    case "qr_unavailable": return { now: m.now_qr_unavailable(), say: m.say_mismatch() };
    case "adjusted_too_much": return { now: m.now_adjusted_too_much(), say: m.say_mismatch() };
    case "mode_mismatch": return { now: m.now_mode_mismatch(), say: m.say_mismatch() };
    default: return { now: m.now_mismatch(), say: m.say_mismatch() };
  }
}

/** What happened and what to say, for every face that is not a QR. */
export function sentences(order: Order, next: ProviderInfo | null): Sentences {
  const attempt = newest(order);
  const kind = kindOf(order);
  if (attempt === null) return { now: kind === "cancelled" ? m.now_cancelled() : m.state_asking(), say: null };
  switch (kind) {
    case "asking": return { now: m.now_asking({ provider: providerName(attempt.provider) }), say: null };
    case "waiting": return { now: m.state_waiting(), say: null };
    case "confirming": return { now: m.now_confirming(), say: m.say_confirming() };
    case "cancelling": return { now: m.now_cancelling(), say: m.say_cancelling() };
    case "cancelled": return { now: m.now_cancelled(), say: null };
    case "expired": return { now: m.now_expired(), say: m.say_expired() };
    case "failed": return failedWords(attempt);
    case "unknown": return { now: m.now_unknown(), say: m.say_unknown() };
    case "held": return { now: m.now_held(), say: m.say_held() };
    case "not_opened": return notOpenedWords(attempt, next);
    case "mismatch": return mismatchWords(attempt);
    case "underpaid": {
      const missing = amountText(order.missing);
      return { now: m.now_underpaid({ missing }), say: m.say_underpaid({ received: amountText(order.received), missing }) };
    }
    case "paid": return paidWords(order);
  }
}

function paidWords(order: Order): Sentences {
  if (order.flags.includes("duplicate_payment")) return { now: m.flag_duplicate_payment(), say: m.say_duplicate() };
  if (order.flags.includes("overpaid")) return { now: flagText("overpaid", order), say: m.say_overpaid() };
  return { now: m.now_paid(), say: null };
}

export function flagText(flag: Flag, order: Order): string {
  switch (flag) {
    case "paid_late": {
      const late = order.attempts.find((attempt) => attempt.state === "paid");
      const minutes = late?.deadline && order.settled_at ? Math.round(msBetween(late.deadline, order.settled_at) / 60_000) : 0;
      return minutes > 0 ? m.flag_paid_late_minutes({ minutes }) : m.flag_paid_late();
    }
    case "overpaid": return m.flag_overpaid({ excess: amountText(order.excess) });
    case "underpaid": return m.flag_underpaid();
    case "duplicate_payment": return m.flag_duplicate_payment();
    case "contradiction": return m.flag_contradiction();
    case "unrecognised_status": return m.flag_unrecognised_status();
    case "weak_evidence": return m.flag_weak_evidence();
    case "manual_confirm": return m.flag_manual_confirm();
    case "qr_mismatch": return m.flag_qr_mismatch();
    case "adjusted_too_much": return m.flag_adjusted_too_much();
    case "held": return m.flag_held();
    case "refund_failed": return m.flag_refund_failed();
  }
}

export function confirmedBy(attempt: Attempt): string {
  const provider = providerName(attempt.provider);
  if (attempt.method === "cash") return m.paid_by_drawer();
  switch (attempt.confirmed_by) {
    case "query": return m.paid_by_query({ provider });
    case "callback": return m.paid_by_callback({ provider });
    case "slip": return m.paid_by_slip();
    case "person": return m.paid_by_person();
    case null: return m.paid_by_unknown({ provider });
  }
}

/** "22 seconds", "3 min 5 s". */
export function tookText(ms: number): string {
  const total = Math.max(1, Math.round(ms / 1000));
  if (total < 120) return m.seconds({ n: total });
  if (total < 7200) return m.minutes_seconds({ m: Math.floor(total / 60), s: total % 60 });
  return m.hours({ n: Math.floor(total / 3600) });
}

/** The attempt that brought the money. */
export function paidAttempt(order: Order): Attempt | null {
  return order.attempts.findLast((attempt) => attempt.state === "paid") ?? newest(order);
}

export function newestMethod(order: Order): Method {
  return newest(order)?.method ?? "promptpay";
}

/** The note on an amount that is not the sale: adjusted by the provider, or only the rest. */
export function amountNote(order: Order, attempt: Attempt): string | null {
  if (!isZero(attempt.adjustment)) {
    const less = attempt.adjustment.startsWith("-");
    const adjustment = amountText(less ? attempt.adjustment.slice(1) : attempt.adjustment);
    return less ? m.adjusted_less({ adjustment }) : m.adjusted({ adjustment });
  }
  return isZero(order.received) ? null : m.rest_line({ due: amountText(order.amount_due), received: amountText(order.received) });
}

/** What Check now found. */
export function checkText(code: Commands["order_check"]["reply"]["code"]): string {
  switch (code) {
    case "paid": return m.checked_paid();
    case "nothing_yet": return m.checked_nothing_yet();
    case "no_answer": return m.checked_no_answer();
    case "asked_for_callback": return m.checked_asked();
    case "cannot_ask": return m.checked_cannot();
    case "ended": return m.checked_ended();
  }
}

/** Said once after a restart found this bill still running. */
export function restoredText(order: Order): string {
  const left = newest(order)?.remaining_ms ?? null;
  return left === null ? m.restored_open({ number: order.number }) : m.restored({ number: order.number, time: countdownText(left) });
}

/** How far two clocks are apart: whole minutes, or seconds under one. */
export function apartText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  return seconds < 60 ? m.seconds({ n: seconds }) : m.clock_minutes({ n: Math.round(seconds / 60) });
}
