// What happened to a bill, told as the ledger tells it, from how the bill looks now.
import type { Attempt, Order, Slip } from "../generated";
import type { TimelineLine } from "../day-types";

type Told = Omit<TimelineLine, "sequence" | "type">;

function later(iso: string, ms: number): string {
  const local = new Date(Date.parse(iso) + ms + 7 * 3_600_000);
  return `${local.toISOString().slice(0, 23)}+07:00`;
}

function raw(attempt: Attempt, status: string): string {
  return JSON.stringify({ id: attempt.provider_ref, status, amount: attempt.payable, source: { account: "xxx-x-x4567-x", name: "น.ส. ก***" }, paid_at: attempt.ended_at }, null, 2);
}

function ofAttempt(attempt: Attempt, wayward: boolean): Told[] {
  const base = { attempt_id: attempt.attempt_id, provider: attempt.provider, amount: null, facts: {}, raw: null } as const;
  const us = { ...base, source: "us" } as const;
  const end = attempt.ended_at ?? attempt.opened_at;
  const lines: Told[] = [{ ...us, at: attempt.opened_at, event: "attempt_opened", amount: attempt.payable, facts: { provider: attempt.provider } }];
  if (attempt.provider === "cash") return [...lines, { ...base, source: "person", at: end, event: "cash_taken", amount: attempt.received, facts: { tendered: attempt.tendered ?? attempt.received } }];
  if (attempt.provider_ref !== null) lines.push({ ...us, source: "provider", at: later(attempt.opened_at, 600), event: "accepted", facts: { provider_ref: attempt.provider_ref, payable: attempt.payable, deadline: attempt.deadline } });
  if (attempt.deadline !== null && attempt.deadline < end && attempt.state === "paid") lines.push({ ...us, at: attempt.deadline, event: "deadline_passed" });
  if (attempt.state === "expired") lines.push({ ...us, at: end, event: "deadline_passed" });
  if (attempt.received !== "0.00") {
    const short = attempt.state !== "paid";
    if (attempt.confirmed_by === "callback" || (attempt.confirmed_by === "query" && attempt.callbacks && !wayward)) lines.push({ ...base, source: "callback", at: later(end, -900), event: "seen", facts: { source: "callback" }, raw: raw(attempt, "paid") });
    if (attempt.confirmed_by === "person") lines.push({ ...base, source: "person", at: end, event: "operator_confirmed", facts: { by: "บอย", reason: "bank_app_shown", note: null } });
    else lines.push({ ...base, source: attempt.confirmed_by ?? "query", at: end, event: short ? "short" : "confirmed", amount: attempt.received, facts: { source: attempt.confirmed_by ?? "query", key: attempt.provider_ref }, raw: raw(attempt, "paid") });
  }
  return lines;
}

export function timelineOf(order: Order, slips: readonly Slip[], rawAllowed: boolean): TimelineLine[] {
  const own = { attempt_id: null, provider: null, amount: null, facts: {}, raw: null } as const;
  const lines: Told[] = [{ ...own, source: "person", at: order.created_at, event: "opened", amount: order.amount_due, facts: { number: order.number, by: order.cashier } }];
  const first = [...order.attempts].sort((a, b) => (a.opened_at < b.opened_at ? -1 : 1));
  lines[0] = { ...lines[0]!, at: later(first[0]?.opened_at ?? order.created_at, -1000) };
  for (const attempt of first) lines.push(...ofAttempt(attempt, order.flags.includes("duplicate_payment") && attempt.provider === "omise_truemoney"));
  const last = order.attempts.at(-1);
  if (order.flags.includes("contradiction")) lines.push({ ...own, source: "query", at: later(slips[0]?.presented_at ?? order.created_at, 1500), event: "contradicted", provider: last?.provider ?? null, attempt_id: last?.attempt_id ?? null, raw: last ? raw(last, "pending") : null });
  if (order.state === "voided") lines.push({ ...own, source: "person", at: later(last?.opened_at ?? order.created_at, 180_000), event: "voided", facts: { by: order.cashier } });
  for (const refund of order.refunds) {
    const at = later(last?.ended_at ?? order.created_at, 900_000);
    lines.push({ ...own, source: "person", at, event: "refund_requested", amount: refund.amount, facts: { refund_id: refund.refund_id, kind: refund.kind, reason: refund.reason, by: "บอย" }, attempt_id: last?.attempt_id ?? null, provider: last?.provider ?? null });
    if (refund.state !== "requested") lines.push({ ...own, source: "provider", at: later(at, 1200), event: "refund_resolved", facts: { refund_id: refund.refund_id, state: refund.state, kind: refund.kind, provider_ref: refund.provider_ref }, provider: last?.provider ?? null });
  }
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map((line, sequence) => ({ ...line, type: "event" as const, sequence: sequence + 1, raw: rawAllowed ? (line.raw ?? JSON.stringify(line.facts, null, 2)) : null }));
}
