import { describe, expect, it } from "vitest";
import { icons } from "../src/design/components/icons";
import { face, isPaid, isRunning, kindOf, mayConfirmByHand, newest } from "../src/bill/presentation";
import { row } from "../src/bill/rows";
import { flagText, sentences, sourceLines } from "../src/bill/words";
import { toDisplay } from "../src/features/display/to-display";
import { MemoryBackend } from "../src/ipc/memory/backend";
import { attemptOf, orderOf, settle, type Draft } from "../src/ipc/memory/world";
import type { AttemptState, Flag, Order, ReasonCode } from "../src/ipc/generated";

const STATES: Record<AttemptState, true> = { prepared: true, submitted: true, awaiting: true, confirming: true, cancelling: true, unknown: true, held: true, paid: true, failed: true, expired: true, cancelled: true };
const REASONS: Record<ReasonCode, true> = {
  refused: true, misconfigured: true, not_sent: true, provider_down: true, outcome_unknown: true, never_created: true, throttled: true, qr_mismatch: true, qr_unavailable: true,
  adjusted_too_much: true, failed_processing: true, insufficient_balance: true, payment_cancelled: true, timeout: true, declined: true, deadline: true, cancelled_by_person: true,
  mode_mismatch: true,
};
const FLAGS: Record<Flag, true> = {
  paid_late: true, underpaid: true, overpaid: true, duplicate_payment: true, contradiction: true, unrecognised_status: true, weak_evidence: true, manual_confirm: true,
  qr_mismatch: true, adjusted_too_much: true, held: true, refund_failed: true,
};
const states = Object.keys(STATES) as AttemptState[];
const reasons = [null, ...Object.keys(REASONS)] as (ReasonCode | null)[];

function order(change: Partial<Draft>): Order {
  return orderOf({ number: "A-0147", amount: "250.00", provider: "jwt_gateway", state: "awaiting", openedMs: 0, ...change }, 0);
}

describe("every state has a face, words and a row", () => {
  const pairs = states.flatMap((state) => reasons.map((reason) => [state, reason] as const));
  it.each(pairs)("%s because of %s", (state, reason) => {
    const bill = order({ state, reason, received: state === "paid" ? "250.00" : "0.00" });
    const look = face(bill);
    expect(icons[look.icon]).toBeTruthy();
    expect(sentences(bill, null).now).not.toBe("");
    expect(row(bill, 0).text).not.toMatch(/[{}]/);
    // A button that is off says why; a bill nobody can leave is a dead end.
    if ((look.change === "no" || look.third === "no" || !look.check) && look.third !== "close") expect(look.why !== null || look.forward !== "none").toBe(true);
  });
  it.each([
    ["prepared", null, "asking"], ["submitted", null, "asking"], ["awaiting", null, "waiting"], ["confirming", null, "confirming"],
    ["cancelling", "cancelled_by_person", "cancelling"], ["cancelling", "qr_mismatch", "mismatch"], ["cancelling", "mode_mismatch", "mismatch"], ["unknown", "outcome_unknown", "unknown"], ["held", null, "held"],
    ["paid", null, "paid"], ["failed", "insufficient_balance", "failed"], ["failed", "provider_down", "not_opened"], ["failed", "misconfigured", "not_opened"],
    ["expired", "deadline", "expired"], ["cancelled", "cancelled_by_person", "cancelled"],
  ] as const)("%s (%s) is %s", (state, reason, kind) => expect(kindOf(order({ state, reason, received: state === "paid" ? "250.00" : "0.00" }))).toBe(kind));
  it.each(Object.keys(FLAGS) as Flag[])("flag %s has words", (flag) => expect(flagText(flag, order({ flags: [flag] }))).not.toBe(""));
});

describe("what the cashier may do", () => {
  it("never shows a QR that was refused, nor a bill as paid without money", () => {
    expect(kindOf(order({ state: "awaiting", reason: "qr_mismatch" }))).toBe("mismatch");
    expect(isPaid(order({ state: "paid", received: "0.00" }))).toBe(false);
  });
  it("part of the money is a bill of its own kind until the rest is being collected", () => {
    const part = order({ received: "200.00" });
    expect(kindOf(part)).toBe("underpaid");
    expect(face(part).forward).toBe("rest");
    const rest = attemptOf({ number: "A-0147", amount: "50.00", provider: "jwt_gateway", state: "awaiting", openedMs: 0 }, 0);
    expect(kindOf(settle({ ...part, attempts: [...part.attempts, rest] }, 0))).toBe("waiting");
  });
  it("digits leave a bill alone while somebody may be paying it", () => {
    for (const state of ["prepared", "submitted", "awaiting", "confirming", "cancelling", "unknown", "held"] as const) {
      expect(face(order({ state })).resting, state).toBe(true);
      expect(isRunning(order({ state })), state).toBe(true);
    }
    for (const state of ["expired", "cancelled"] as const) expect(face(order({ state })).resting, state).toBe(false);
  });
  it("a person may confirm only after Check now found nothing, and only where money could have come", () => {
    for (const state of states) {
      expect(mayConfirmByHand(newest(order({ state }))), state).toBe(false);
      expect(mayConfirmByHand(newest(order({ state, checkedNothing: true }))), state).toBe(["awaiting", "confirming", "unknown", "expired"].includes(state));
    }
  });
  it("names live sources only", () => {
    const polled = newest(order({}));
    const slips = newest(order({ provider: "promptpay_direct" }));
    const called = newest(order({ provider: "deposit_gateway" }));
    if (!polled || !slips || !called) throw new Error("an order has an attempt");
    expect(sourceLines(polled)).toEqual(["ถามเกตเวย์ JWT\u00a0เองทุก 2\u00a0วิ", "รับแจ้งกลับ: เปิด"]);
    expect(sourceLines({ ...polled, callbacks: false })[1]).toBe("รับแจ้งกลับ: ปิด");
    expect(sourceLines({ ...polled, asked_ms_ago: 47_000 })[1]).toBe("ตอบล่าสุด 47\u00a0วิ");
    expect(sourceLines(slips)).toEqual(["ติดตามด้วยสลิปหรือคนเท่านั้น"]);
    expect(sourceLines(called)).toEqual(["ถามผู้ให้บริการไม่ได้ รอแจ้งกลับหรือสลิป", "[F5] ขอให้แจ้งกลับมาอีกครั้ง"]);
  });
});

describe("what the customer may see", () => {
  const till = new MemoryBackend({ training: false, world: "full", bills: true }).till;
  const view = (bill: Order | null, more: { celebrating?: boolean; covered?: boolean } = {}) =>
    toDisplay({ till, order: bill, elapsedMs: 2000, celebrating: more.celebrating ?? false, covered: more.covered ?? false, theme: "light" });

  it.each(states)("%s tells nothing but amount, QR and time", (state) => {
    const bill = order({ state, received: state === "paid" ? "250.00" : "0.00", flags: ["duplicate_payment", "manual_confirm"] });
    const text = JSON.stringify(view(bill, { celebrating: true }));
    for (const secret of [bill.number, bill.order_id, bill.cashier ?? "?", newest(bill)?.attempt_id ?? "?", "jwt_gateway", "duplicate", "manual", "บอย", till.shift_word]) expect(text).not.toContain(secret);
  });
  it("waits with the time that is left, and keeps a moment for everything else that runs", () => {
    expect(view(order({}))).toMatchObject({ kind: "waiting", amount: "250.00", remaining_ms: 298_000, lifetime_ms: 300_000, rail: "promptpay" });
    for (const state of ["submitted", "confirming", "cancelling", "unknown", "held", "failed", "expired"] as const) expect(view(order({ state })), state).toMatchObject({ kind: "moment", amount: null, qr: null });
  });
  it("is blank under a dialog, and shows paid only when it has just happened", () => {
    const paid = order({ state: "paid", received: "250.00", endedMs: 0 });
    expect(view(order({}), { covered: true })).toMatchObject({ kind: "blank", amount: null, qr: null });
    expect(view(paid)).toMatchObject({ kind: "idle", amount: null });
    expect(view(paid, { celebrating: true })).toMatchObject({ kind: "paid", amount: "250.00" });
  });
  it("carries the training mark", () => {
    expect(toDisplay({ till: { ...till, training: true }, order: null, elapsedMs: 0, celebrating: false, covered: false, theme: "light" }).shop_name).toContain("ฝึก");
  });
});
