// What of a bill the customer may see: amount, QR, time, rail, and that it is paid. Pure, so that a test can hold it to
// never letting anything else through. Faults become "one moment"; whose fault it is stays on our side of the counter.
import type { Display } from "../../ipc/display";
import type { Instruction, Order, TillState } from "../../ipc/generated";
import { isPaid, kindOf, newest } from "../../bill/presentation";
import { paidAttempt } from "../../bill/words";

export interface CounterView {
  till: TillState;
  order: Order | null;
  /** Milliseconds since the order was read. */
  elapsedMs: number;
  /** The cashier has just been shown that it is paid (an old paid bill that is only looked at stays private). */
  celebrating: boolean;
  /** A dialog lies over the bill. */
  covered: boolean;
  theme: Display["theme"];
}

/** The customer's window is told no modes, so the name it shows carries the mark. */
const TRAINING_MARK = "ฝึก TRAINING";

export function toDisplay(view: CounterView): Display {
  const { till, order, theme } = view;
  const nothing: Display = {
    kind: "idle", shop_name: till.training ? `${till.shop_name} · ${TRAINING_MARK}` : till.shop_name, amount: null, qr: null, png_base64: null, remaining_ms: null, lifetime_ms: null,
    rail: null, paid_at: null, theme,
  };
  if (view.covered) return { ...nothing, kind: "blank" };
  if (order === null) return nothing;
  if (isPaid(order)) {
    if (!view.celebrating) return nothing;
    const by = paidAttempt(order);
    const cash = by?.tendered ? { cash: { tendered: by.tendered, change: by.change ?? "0.00" } } : {};
    return { ...nothing, ...cash, kind: "paid", amount: order.received, paid_at: order.settled_at, rail: by?.method ?? null };
  }
  const attempt = newest(order);
  switch (kindOf(order)) {
    case "waiting": {
      const told = attempt?.instruction ?? null;
      if (!attempt || !told) return { ...nothing, kind: "moment" };
      const { qr, png_base64 } = drawn(told);
      return {
        ...nothing, kind: "waiting", amount: attempt.payable, qr, png_base64, rail: attempt.method, lifetime_ms: attempt.lifetime_ms,
        remaining_ms: attempt.remaining_ms === null ? null : Math.max(0, attempt.remaining_ms - view.elapsedMs), ...payTo(told),
      };
    }
    case "cancelled":
    case "paid":
      return nothing;
    case "asking": case "confirming": case "cancelling": case "unknown": case "held": case "expired": case "failed":
    case "not_opened": case "mismatch": case "underpaid":
      return { ...nothing, kind: "moment" };
  }
}

function drawn(told: Instruction): Pick<Display, "qr" | "png_base64"> {
  switch (told.kind) {
    case "qr_text": case "redirect": return { qr: told.qr, png_base64: null };
    case "qr_image": return { qr: told.qr, png_base64: told.qr === null ? told.png_base64 : null };
    case "crypto_address": return { qr: told.qr, png_base64: told.qr === null ? told.qr_png_base64 : null };
    case "bank_account": return { qr: null, png_base64: null };
  }
}

/** What has to be in words beside the QR, or in its place. */
function payTo(told: Instruction): Pick<Display, "pay_to"> {
  switch (told.kind) {
    case "qr_text": case "qr_image": return {};
    case "redirect": return { pay_to: { kind: "page" } };
    case "crypto_address": return { pay_to: { kind: "coin", amount: told.amount, coin: told.coin, network: told.network } };
    case "bank_account": return { pay_to: { kind: "bank", bank_code: told.bank_code, number: told.number, name: told.name } };
  }
}

/** Two displays that show the same, the running time apart. */
export function sameDisplay(a: Display, b: Display): boolean {
  const still = (display: Display): string => JSON.stringify({ ...display, remaining_ms: display.remaining_ms === null ? null : 0 });
  return still(a) === still(b);
}
