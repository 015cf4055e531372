// One bill for each thing that can go wrong, as bills of the present day, and the things that are not about a bill at all.
import { sampleSlip } from "../../design/gallery/sample-slips";
import type { Order, Refund, Slip } from "../generated";
import type { ReviewItem } from "../day-types";
import type { ReviewKind } from "../owner-types";
import { billOf, firstNumber, momentOf, moveOf, numbered, type DayBook, type Movement } from "./owner-books";
import { attemptOf, isoAt, settle } from "./world";

export interface Cases { book: DayBook; items: ReviewItem[]; slips: Map<string, Slip[]> }

const baht = (amount: number): bigint => BigInt(amount) * 100n;

/** Adds another attempt that was paid too. */
function second(order: Order, draft: Parameters<typeof attemptOf>[0]): Order {
  const ended = draft.endedMs ?? draft.openedMs;
  const attempt = { ...attemptOf(draft, ended), attempt_id: `${order.number}#2` };
  return { ...settle({ ...order, attempts: [...order.attempts, attempt] }, ended), settled_at: order.settled_at };
}

function refundOf(order: Order, amount: string, state: Refund["state"], kind: Refund["kind"], reason: string): Order {
  const refund: Refund = { refund_id: `R${order.number}`, amount, kind, state, provider_ref: state === "done" ? `rfnd_5x${order.number.slice(-3)}` : null, reason };
  return { ...order, refunds: [refund], refunded: state === "done" ? amount : "0.00" };
}

export function cases(day: string): Cases {
  const book: DayBook = { day, orders: [], moves: [] };
  const items: ReviewItem[] = [];
  const slips = new Map<string, Slip[]>();
  let n = firstNumber(day);
  const next = (): string => numbered(n++);
  const item = (kind: ReviewKind, order: Order | null, amount: string | null, since: string, detail: Record<string, string> = {}, name?: string): void => {
    items.push({
      item: name ?? `order:${order?.order_id ?? "?"}:${kind}`, kind, order: order?.number ?? null, order_id: order?.order_id ?? null, amount, since, cashier: order?.cashier ?? null, detail, settled: null,
    });
  };
  const put = (order: Order, ...moves: Movement[]): Order => {
    book.orders.push(order);
    book.moves.push(...moves);
    return order;
  };
  const at = (hour: number, minute: number, second = 0): number => momentOf(day, hour, minute * 60 + second);

  {
    const first = billOf(day, next(), "แพรว", { amount: "180.00", provider: "jwt_gateway", state: "paid", received: "180.00", openedMs: at(14, 20, 56), endedMs: at(14, 21, 31), confirmedBy: "query", flags: ["duplicate_payment"] });
    const wallet = { number: first.number, amount: "180.00", provider: "omise_truemoney", state: "paid", received: "180.00", openedMs: at(14, 19, 41), endedMs: at(14, 22, 4), confirmedBy: "query" } as const;
    const order = second(first, wallet);
    put(order, moveOf(order, "jwt_gateway", "automatic"), moveOf(order, "omise_truemoney", "automatic", { sale: false }));
    item("duplicate_payment", order, "180.00", isoAt(at(14, 22, 4)), { first: "jwt_gateway", second: "omise_truemoney" });
  }
  {
    const order = put(billOf(day, next(), "แพรว", { amount: "1250.00", provider: "jwt_gateway", state: "expired", reason: "deadline", openedMs: at(14, 5), endedMs: at(14, 10), remainingMs: 0, flags: ["contradiction"] }));
    slips.set(order.order_id, [sampleSlip("needs_review", {
      slip_id: "01JDSLIPC", amount: "1250.00", sent_at: isoAt(at(14, 6, 2)), presented_at: isoAt(at(14, 6, 40)), order: order.number, receiver: "xxx-x-x4567-x", sending_bank: "004", trans_ref: "251121140602", may_override: true, has_picture: true,
    })]);
    item("contradiction", order, "1250.00", isoAt(at(14, 6, 40)), { asked: "61" });
  }
  {
    const order = billOf(day, next(), "แพรว", { amount: "320.00", provider: "omise_truemoney", state: "paid", received: "320.00", openedMs: at(12, 31), endedMs: at(12, 42), confirmedBy: "callback", flags: ["paid_late"] });
    const late = { ...order, attempts: order.attempts.map((attempt) => ({ ...attempt, deadline: isoAt(at(12, 36)) })), settled_at: isoAt(at(12, 42)) };
    put(late, moveOf(late, "omise_truemoney", "automatic"));
    item("paid_late", late, "320.00", isoAt(at(12, 42)));
  }
  {
    const order = billOf(day, next(), "บอย", { amount: "500.00", provider: "promptpay_direct", state: "paid", received: "500.00", openedMs: at(13, 12), endedMs: at(13, 16), confirmedBy: "person", checkedNothing: true, flags: ["manual_confirm"] });
    put(order, moveOf(order, "promptpay_direct", "manual"));
    item("manual_confirm", order, "500.00", isoAt(at(13, 16)));
  }
  {
    const order = billOf(day, next(), "แพรว", { amount: "250.00", provider: "jwt_gateway", state: "expired", received: "200.00", reason: "deadline", openedMs: at(11, 3), endedMs: at(11, 8), remainingMs: 0, confirmedBy: "query", flags: ["underpaid"] });
    put(order, moveOf(order, "jwt_gateway", "automatic"));
    item("underpaid", order, "50.00", isoAt(at(11, 4)));
  }
  {
    const order = billOf(day, next(), "บอย", { amount: "140.00", provider: "promptpay_direct", state: "paid", received: "160.00", openedMs: at(18, 40), endedMs: at(18, 41, 10), confirmedBy: "slip", flags: ["overpaid"] });
    put(order, moveOf(order, "promptpay_direct", "slip"));
    slips.set(order.order_id, [sampleSlip("accepted", { slip_id: "01JDSLIPO", amount: "160.00", order: order.number, sent_at: isoAt(at(18, 40, 50)), presented_at: isoAt(at(18, 41)), trans_ref: "251121184050" })]);
    item("overpaid", order, "20.00", isoAt(at(18, 41, 10)));
  }
  {
    const order = billOf(day, next(), "บอย", { amount: "95.00", provider: "jwt_gateway", state: "paid", received: "95.00", openedMs: at(19, 2), endedMs: at(19, 12), confirmedBy: "callback", flags: ["paid_late"] });
    put({ ...order, state: "voided", settled_at: null }, moveOf(order, "jwt_gateway", "automatic", { suspense: baht(95), sale: false }));
    item("suspense", { ...order, state: "voided" }, "95.00", isoAt(at(19, 12)));
  }
  for (const [amount, hour, minute] of [["120.00", 15, 20], ["195.00", 20, 7]] as const) {
    const order = refundOf(billOf(day, next(), "บอย", { amount, provider: "omise_truemoney", state: "paid", received: amount, openedMs: at(hour, minute), endedMs: at(hour, minute, 24), confirmedBy: "query" }), amount, "done", "void", "customer_request");
    put(order, moveOf(order, "omise_truemoney", "automatic"), { ...moveOf(order, "omise_truemoney", "automatic", { sale: false }), received: 0n, adjustment: 0n, fee: 0n, refund: baht(Number(amount.slice(0, -3))) });
  }
  {
    const order = refundOf(billOf(day, next(), "บอย", { amount: "260.00", provider: "omise_truemoney", state: "paid", received: "260.00", openedMs: at(21, 15), endedMs: at(21, 15, 20), confirmedBy: "query" }), "260.00", "unknown", "refund", "goods_unavailable");
    put(order, moveOf(order, "omise_truemoney", "automatic"));
    item("refund_unknown", order, "260.00", isoAt(at(21, 30)), { provider: "omise_truemoney", reason: "goods_unavailable", by: "บอย" }, `refund:R${order.number}`);
  }
  {
    const order = put(billOf(day, next(), "บอย", { amount: "390.00", provider: "promptpay_direct", state: "awaiting", openedMs: at(22, 2), remainingMs: null }));
    slips.set(order.order_id, [sampleSlip("bank_pending", { slip_id: "01JDSLIPW", amount: "390.00", order: order.number, sent_at: isoAt(at(22, 2, 30)), presented_at: isoAt(at(22, 3)), trans_ref: "251121220230", sending_bank: "025" })]);
    item("slip_waiting", order, "390.00", isoAt(at(22, 3)), { slip_id: "01JDSLIPW" });
  }
  item("payout_unknown", null, "12000.00", isoAt(at(16, 45)), { provider: "jwt_gateway", account: "xxx-x-x4567-x", state: "unknown" }, "payout:PO-0007");
  item("shift_difference", null, "-20.00", isoAt(at(17, 2)), { counter: "A", number: "41", cash: "-20.00" }, "shift:A:41");
  item("reconcile", null, "320.00", isoAt(at(23, 50)), { provider: "omise_truemoney", bucket: "only_theirs", provider_ref: "chrg_test_5xq1", their_amount: "320.00", their_state: "successful" }, `reconcile:${day}:omise_truemoney:1`);
  return { book, items, slips };
}

