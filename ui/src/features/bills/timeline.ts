// One line of a bill's history in words: who spoke, what happened, how strong it is, what money moved. A word this window
// does not know is shown as it is, never hidden.
import { reasonText, sourceStrength, type Strength } from "./evidence";
import { providerName } from "../../bill/words";
import type { IconName } from "../../design/components/icons";
import type { Timeline, TimelineLine } from "../../ipc/day-types";
import type { Order, Slip } from "../../ipc/generated";
import { amountText, parseWire } from "../../lib/money";
import { clockText } from "../../lib/time";
import { m, say } from "../../messages/index.svelte";

export interface Told {
  icon: IconName;
  what: string;
  detail: string[];
  strength: Strength | null;
  /** "+180.00", with its sign. */
  money: string | null;
  tone: "" | "good" | "warn" | "bad";
}

const KNOWN = [
  "opened", "attempt_opened", "submit_started", "accepted", "unshowable", "refused", "outcome_lost", "seen", "short", "confirmed", "cash_taken", "operator_confirmed", "declined", "lapsed", "held",
  "unrecognised", "contradicted", "weak_evidence", "deadline_passed", "cancel_requested", "cancel_done", "listen_closed", "voided", "refund_requested", "refund_resolved", "document_issued", "slip_shown",
] as const;
type Known = (typeof KNOWN)[number];

const ICONS: Readonly<Record<Known, IconName>> = {
  opened: "person", attempt_opened: "out", submit_started: "out", accepted: "out", unshowable: "review", refused: "failed", outcome_lost: "unknown", seen: "in", short: "loop", confirmed: "loop",
  cash_taken: "paid", operator_confirmed: "person", declined: "failed", lapsed: "expired", held: "held", unrecognised: "review", contradicted: "review", weak_evidence: "review", deadline_passed: "expired",
  cancel_requested: "cancelling", cancel_done: "cancelled", listen_closed: "expired", voided: "cancelled", refund_requested: "returned", refund_resolved: "returned", document_issued: "paper", slip_shown: "slip",
};
const GOOD: readonly Known[] = ["seen", "confirmed", "cash_taken"];
const WARN: readonly Known[] = ["short", "operator_confirmed", "held", "unrecognised", "contradicted", "weak_evidence", "outcome_lost", "unshowable"];
const RECEIVES: readonly Known[] = ["short", "confirmed", "cash_taken", "operator_confirmed"];

/** Their words name the provider already. */
const NAMED: readonly Known[] = ["attempt_opened", "refused", "confirmed"];

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null);
const wire = (value: unknown): string | null => (typeof value === "string" && /^-?\d+\.\d{2}$/.test(value) ? value : null);

export function knownEvent(event: string): Known | null {
  return KNOWN.find((known) => known === event) ?? null;
}

function whatOf(line: TimelineLine, event: Known): string {
  const provider = line.provider ? providerName(line.provider) : "";
  const facts = line.facts;
  switch (event) {
    case "opened": return m.event_opened({ amount: amountText(line.amount ?? wire(facts.amount_due) ?? "0.00") });
    case "attempt_opened": return m.event_attempt_opened({ provider });
    case "confirmed": return line.source === "query" ? m.event_confirmed_query({ provider }) : line.source === "callback" ? m.event_confirmed_callback({ provider }) : line.source === "slip" ? m.event_confirmed_slip() : m.event_confirmed();
    case "seen": return line.source === "callback" ? m.event_seen_callback({ provider }) : m.event_seen();
    case "refund_requested": return m.event_refund_requested({ amount: amountText(line.amount ?? wire(facts.amount) ?? "0.00") });
    case "refund_resolved": return say(`refund_state_${["requested", "done", "failed"].includes(text(facts.state) ?? "") ? (text(facts.state) as "done") : "unknown"}`);
    case "document_issued": return m.event_document_issued({ number: text(facts.number) ?? "" });
    case "slip_shown": return m.event_slip_shown();
    default: return say(`event_${event}`, { provider });
  }
}

function detailOf(line: TimelineLine, event: Known | null): string[] {
  const { facts } = line;
  const parts: (string | null)[] = [];
  if (line.provider && line.provider !== "cash" && event !== null && !NAMED.includes(event)) parts.push(providerName(line.provider));
  parts.push(text(facts.provider_ref), text(facts.by), text(facts.word));
  const verdict = text(facts.verdict);
  if (event === "slip_shown" && verdict) parts.push(["accepted", "wrong_amount", "wrong_receiver", "already_used", "too_old", "not_a_slip", "damaged", "not_found", "bank_pending", "unavailable", "misconfigured", "needs_review"].includes(verdict) ? say(`slip_v_${verdict as "accepted"}`) : verdict);
  const payable = wire(facts.payable);
  if (payable && (event === "accepted" || event === "unshowable")) parts.push(m.event_payable({ amount: amountText(payable) }));
  const tendered = wire(facts.tendered);
  if (tendered) parts.push(m.event_tendered({ amount: amountText(tendered) }));
  const deadline = text(facts.deadline);
  if (deadline) parts.push(m.event_until({ time: clockText(deadline) }));
  const reason = text(facts.reason);
  if (reason) parts.push(reasonText(reason));
  parts.push(text(facts.note));
  const fee = wire(facts.fee);
  if (fee) parts.push(m.event_fee({ amount: amountText(fee) }));
  return [...new Set(parts.filter((part) => part !== null))];
}

export function tell(line: TimelineLine): Told {
  const event = knownEvent(line.event);
  const detail = detailOf(line, event);
  const strength = sourceStrength(line);
  if (event === null) return { icon: "dot", what: m.event_other({ word: line.event }), detail, strength, money: null, tone: "" };
  const back = event === "refund_resolved" && line.facts.state === "done";
  const money = line.amount === null ? null : back ? `\u2212${amountText(line.amount)}` : RECEIVES.includes(event) ? `+${amountText(line.amount)}` : null;
  const failedBack = event === "refund_resolved" && !back;
  const tone = failedBack || WARN.includes(event) ? "warn" : GOOD.includes(event) ? "good" : event === "declined" || event === "refused" ? "bad" : "";
  return { icon: ICONS[event], what: whatOf(line, event), detail, strength, money, tone };
}

/** Slips are kept beside the ledger's events; in the story they have their place by the clock. */
function withSlips(lines: readonly TimelineLine[], slips: readonly Slip[]): TimelineLine[] {
  const told = new Set(lines.filter((line) => line.event === "slip_shown").map((line) => line.facts.slip_id));
  const more = slips.filter((slip) => !told.has(slip.slip_id)).map((slip): TimelineLine => ({
    type: "event", sequence: 0, at: slip.presented_at, event: "slip_shown", attempt_id: null, provider: null, source: "slip", amount: slip.amount, facts: { slip_id: slip.slip_id, verdict: slip.verdict }, raw: null,
  }));
  return [...lines, ...more].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.sequence - b.sequence);
}

/** What a line leaves to its bill: who opened it, what a person vouched for, how much went back. */
function whole(line: TimelineLine, order: Order): TimelineLine {
  switch (line.event) {
    case "opened": return order.cashier === null || text(line.facts.by) !== null ? line : { ...line, facts: { ...line.facts, by: order.cashier } };
    case "operator_confirmed": {
      const attempt = order.attempts.find((one) => one.attempt_id === line.attempt_id && one.confirmed_by === "person");
      return line.amount === null && attempt ? { ...line, amount: attempt.received } : line;
    }
    case "refund_resolved": {
      const refund = order.refunds.find((one) => one.refund_id === line.facts.refund_id);
      return line.amount === null && refund && line.facts.state === "done" ? { ...line, amount: refund.amount } : line;
    }
    default: return line;
  }
}

/** The whole history. Money that comes when the bill is paid already is never told as good news. */
export function tellAll({ lines, slips, order }: Pick<Timeline, "lines" | "slips" | "order">): { line: TimelineLine; told: Told }[] {
  let received = 0n;
  return withSlips(lines, slips).map((short) => {
    const line = whole(short, order);
    const told = tell(line);
    const event = knownEvent(line.event);
    if (event === null || !RECEIVES.includes(event) || line.amount === null) return { line, told };
    const already = received >= parseWire(order.amount_due) && received > 0n;
    received += parseWire(line.amount);
    return { line, told: already ? { ...told, tone: "warn", detail: [...told.detail, m.event_beyond()] } : told };
  });
}
