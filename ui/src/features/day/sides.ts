// What the two sides of a case say, as facts of equal weight. Nothing here judges; each side is what its witness said.
import { caseWord, kindWord, likelyWord } from "../../bill/kinds";
import { providerName } from "../../bill/words";
import type { IconName } from "../../design/components/icons";
import type { Attempt, Method, Order, Provider, Slip } from "../../ipc/generated";
import type { ReviewItem, Timeline } from "../../ipc/day-types";
import { amountText, parseWire, toWire } from "../../lib/money";
import { clockText, msBetween } from "../../lib/time";
import { m, say } from "../../messages/index.svelte";

export interface Fact { name: string; value: string; figure?: boolean }
export interface Side { icon: IconName; who: string; says: string; tone: "" | "good" | "warn"; mark: IconName; facts: Fact[] }

const PROVIDERS: readonly Provider[] = ["promptpay_direct", "deposit_gateway", "jwt_gateway", "omise_truemoney", "crypto_2328", "cash"];
const provider = (word: string | undefined): string => {
  const known = PROVIDERS.find((name) => name === word);
  return known ? providerName(known) : (word ?? m.side_none());
};
/** Words by which a provider said that nothing was paid. */
const REFUSALS: readonly string[] = ["declined", "contradicted", "lapsed"];
const METHODS: readonly Method[] = ["cash", "promptpay", "truemoney", "crypto"];
const money = (name: string, wire: string | null | undefined): Fact[] => (wire && /^-?\d+\.\d{2}$/.test(wire) ? [{ name, value: amountText(wire), figure: true }] : []);
const fact = (name: string, value: string | null | undefined): Fact[] => (value ? [{ name, value }] : []);
const clock = (name: string, iso: string | null | undefined): Fact[] => (iso ? [{ name, value: clockText(iso), figure: true }] : []);

function slipSide(slip: Slip): Side {
  const good = slip.verdict === "accepted" || slip.verdict === "needs_review";
  return {
    icon: "slip", who: m.side_slip(), says: good ? m.side_slip_sent() : say(`slip_v_${slip.verdict}`), tone: good ? "good" : "", mark: good ? "confirming" : "waiting",
    facts: [...money(m.slip_fact_amount(), slip.amount), ...fact(m.slip_fact_receiver(), slip.receiver), ...clock(m.slip_fact_time(), slip.sent_at), ...clock(m.side_shown(), slip.presented_at)],
  };
}

function attemptSide(attempt: Attempt): Side {
  const paid = parseWire(attempt.received) > 0n;
  return {
    icon: attempt.provider === "cash" ? "person" : "loop", who: m.side_of({ who: providerName(attempt.provider) }), says: paid ? m.side_paid() : attempt.state === "awaiting" || attempt.state === "confirming" ? m.side_not_seen() : say(`side_${attempt.state === "expired" ? "expired" : "not_paid"}`), tone: paid ? "good" : "",
    mark: paid ? "paid" : "waiting",
    facts: [
      ...fact(m.side_method(), say(`method_${attempt.method}`)), ...money(m.side_asked_for(), attempt.payable), ...(paid ? money(m.fact_received(), attempt.received) : []), ...clock(m.side_opened(), attempt.opened_at),
      ...clock(paid ? m.side_paid_at() : m.side_ended(), attempt.ended_at), ...fact(m.fact_reference(), attempt.provider_ref),
    ],
  };
}

function billSide(order: Order): Side {
  const state = order.state === "voided" ? m.side_bill_voided() : m.side_bill_wants({ amount: amountText(order.amount_due) });
  return { icon: "paper", who: m.side_bill({ number: order.number }), says: state, tone: "", mark: "idle", facts: [...money(m.fact_due(), order.amount_due), ...money(m.fact_received(), order.received), ...money(m.sum_refunds(), order.refunded), ...fact(m.cashier(), order.cashier)] };
}

function plain(icon: IconName, who: string, says: string, facts: Fact[]): Side {
  return { icon, who, says, tone: "", mark: "unknown", facts };
}

/** Two sides of a case about a bill. */
function ofBill(item: ReviewItem, told: Timeline): [Side, Side] {
  const { order, slips } = told;
  const paid = order.attempts.filter((attempt) => parseWire(attempt.received) > 0n);
  const last = order.attempts.at(-1);
  const slip = slips[0];
  switch (item.kind) {
    case "duplicate_payment": {
      const [first, second] = paid;
      if (first && second) return [attemptSide(first), attemptSide(second)];
      break;
    }
    case "manual_confirm": {
      const by = told.lines.find((line) => line.event === "operator_confirmed");
      const attempt = paid[0] ?? last;
      const who = typeof by?.facts.by === "string" ? by.facts.by : (order.cashier ?? "");
      const reason = typeof by?.facts.reason === "string" ? by.facts.reason : null;
      const known = ["bank_app_shown", "provider_dashboard", "slip_checked_by_hand", "phone_call", "other"] as const;
      const word = known.find((one) => one === reason);
      const person: Side = { icon: "person", who: m.side_of({ who }), says: m.side_person_seen(), tone: "", mark: "person", facts: [...money(m.fact_received(), attempt?.received), ...fact(m.side_how(), word ? say(`reason_${word}`) : null), ...clock(m.side_said_at(), by?.at ?? attempt?.ended_at)] };
      const machine: Side = { icon: "loop", who: m.side_system(), says: m.side_not_seen(), tone: "", mark: "waiting", facts: [...fact(m.side_method(), attempt ? say(`method_${attempt.method}`) : null), ...fact(m.side_provider(), attempt ? providerName(attempt.provider) : null), ...money(m.side_asked_for(), attempt?.payable)] };
      return [person, machine];
    }
    case "paid_late": {
      const late = paid.at(-1);
      if (late) {
        const byMs = late.deadline && late.ended_at ? Math.max(0, msBetween(late.deadline, late.ended_at)) : 0;
        return [{ ...attemptSide(late), facts: [...attemptSide(late).facts, ...clock(m.side_deadline(), late.deadline)] }, plainBill(order, m.side_ended_before({ minutes: Math.max(1, Math.round(byMs / 60_000)) }))];
      }
      break;
    }
    case "contradiction": {
      if (slip && last) return [slipSide(slip), attemptSide(last)];
      // Without a slip it is the provider against itself: what it said first, and what came.
      const no = told.lines.findLast((line) => REFUSALS.includes(line.event));
      const attempt = order.attempts.find((one) => one.attempt_id === no?.attempt_id) ?? paid.at(-1) ?? last;
      if (no && attempt) return [plain("loop", m.side_of({ who: providerName(attempt.provider) }), m.side_not_paid(), [...clock(m.side_said_at(), no.at), ...fact(m.side_state(), typeof no.facts.reason === "string" ? no.facts.reason : null)]), attemptSide(paid.at(-1) ?? attempt)];
      break;
    }
    case "slip_waiting": if (slip && last) return [slipSide(slip), attemptSide(last)]; break;
    case "refund_unknown": case "refund_failed": {
      const refund = order.refunds.findLast((one) => one.state === "unknown" || one.state === "failed") ?? order.refunds.at(-1);
      if (refund) {
        const asked: Side = { icon: "returned", who: m.side_we(), says: m.side_refund_asked(), tone: "", mark: "out" as IconName, facts: [...money(m.refund_amount(), refund.amount), ...fact(m.side_how(), say(`refund_kind_${refund.kind}`)), ...fact(m.refund_reason(), reasonWord(refund.reason))] };
        return [asked, plain("loop", m.side_of({ who: last ? providerName(last.provider) : m.side_provider() }), say(`refund_state_${refund.state}`), fact(m.fact_reference(), refund.provider_ref))];
      }
      break;
    }
    default: break;
  }
  const money0 = paid[0] ?? last;
  if (slip && item.kind === "overpaid") return [slipSide(slip), billSide(order)];
  return money0 ? [attemptSide(money0), billSide(order)] : [billSide(order), billSide(order)];
}

function plainBill(order: Order, says: string): Side {
  return { ...billSide(order), says };
}

export function reasonWord(reason: string): string {
  const known = ["customer_request", "wrong_amount", "duplicate_payment", "goods_unavailable", "other"] as const;
  const word = known.find((one) => one === reason);
  return word ? say(`refund_why_${word}`) : reason;
}

/** Two sides of a case about no bill. */
function ofOthers(item: ReviewItem): [Side, Side] {
  const { detail } = item;
  switch (item.kind) {
    case "shift_difference": return [
      plain("person", m.side_counted_by({ who: item.cashier ?? m.no_cashier() }), m.side_counted(), [...fact(m.side_shift(), [detail.counter, detail.number].filter((part) => part !== undefined).join(" ")), ...clock(m.side_said_at(), item.since)]),
      plain("paper", m.side_ledger(), m.side_expected(), METHODS.flatMap((method) => money(say(`method_${method}`), detail[method])))];
    case "payout_unknown": return [
      plain("out", m.side_we(), m.side_payout_asked(), [...money(m.refund_amount(), detail.amount ?? item.amount), ...fact(m.side_to(), detail.account), ...fact(m.fact_reference(), detail.provider_ref)]),
      plain("loop", m.side_of({ who: provider(detail.provider) }), m.refund_state_unknown(), clock(m.side_since(), item.since))];
    case "reconcile": return [
      plain("paper", m.side_ledger(), detail.our_amount ? m.side_has() : m.side_has_not(), [...money(m.fact_due(), detail.our_amount), ...fact(m.side_state(), detail.our_state), ...fact(m.fact_number(), item.order)]),
      plain("loop", m.side_of({ who: provider(detail.provider) }), detail.their_amount ? m.side_has() : m.side_has_not(), [...money(m.slip_fact_amount(), detail.their_amount), ...fact(m.side_state(), detail.their_state), ...fact(m.fact_reference(), detail.provider_ref)])];
    default: return [
      plain("loop", m.side_of({ who: provider(detail.provider) }), kindWord(item.kind), [...money(m.slip_fact_amount(), item.amount), ...clock(m.side_since(), item.since)]),
      plain("paper", m.side_ledger(), m.side_unknown(), fact(m.fact_number(), item.order))];
  }
}

export function sidesOf(item: ReviewItem, told: Timeline | null): [Side, Side] {
  return told ? ofBill(item, told) : ofOthers(item);
}

/** What is not counted yet, or is counted already: said beside the amount. */
export function countedWord(item: ReviewItem): string {
  // Evidence that disagrees is counted as far as money came.
  if (item.kind === "contradiction" && parseWire(item.detail.received ?? "0.00") > 0n) return m.counted_yes();
  switch (item.kind) {
    case "contradiction": case "slip_waiting": case "qr_mismatch": case "held": return m.counted_not();
    case "refund_unknown": case "refund_failed": return m.counted_not_back();
    case "payout_unknown": return m.counted_not_out();
    case "suspense": return m.counted_apart();
    case "manual_confirm": return m.counted_by_person();
    case "shift_difference": case "reconcile": return m.counted_differs();
    case "underpaid": return m.counted_part();
    default: return m.counted_yes();
  }
}

export function withoutSign(wire: string): string {
  const satang = parseWire(wire);
  return toWire(satang < 0n ? -satang : satang);
}

/** The claim of a case, and why it may be so. Evidence disagrees in two ways: a slip against a provider, or a provider with itself. */
export function claimOf(item: ReviewItem, told: Timeline | null): { claim: string; likely: string } {
  if (item.kind === "contradiction" && told !== null && told.slips.length === 0) return { claim: m.case_contradiction_answers(), likely: m.likely_contradiction_answers() };
  return { claim: caseWord(item.kind), likely: likelyWord(item.kind) };
}
