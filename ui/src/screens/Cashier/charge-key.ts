// What the tall key says: charge, nothing typed, resting, or the next step of the bill on screen.
import { standing } from "../../features/order/limits";
import { face } from "../../bill/presentation";
import { newestMethod, providerName } from "../../bill/words";
import { m, say } from "../../messages/index.svelte";
import type { Till } from "./till.svelte";

export interface ChargeFace {
  kind: "go" | "rest" | "none";
  title: string;
  line: string;
  amount: string | null;
  keyName: "Enter" | "F8";
}

export function chargeKey(till: Till): ChargeFace {
  if (till.opening) return { kind: "rest", title: m.next_bill(), line: m.next_bill_parks(), amount: null, keyName: "F8" };
  if (till.bill !== null && till.entry.text === "") return overBill(till);
  const method = say(`method_${till.method}`);
  if (till.satang === null) return { kind: "none", title: m.charge(), line: m.charge_none(), amount: null, keyName: "Enter" };
  const info = till.state?.methods.find((candidate) => candidate.method === till.method);
  const usable = info !== undefined && standing(info, till.satang, till.state?.offline ?? false).usable;
  if (!usable) return { kind: "none", title: m.charge(), line: m.charge_cannot(), amount: till.typedAmount, keyName: "Enter" };
  const line = till.method === "cash" ? m.charge_cash() : m.charge_qr({ method });
  return { kind: "go", title: m.charge(), line, amount: till.typedAmount, keyName: "Enter" };
}

function overBill(till: Till): ChargeFace {
  const bill = till.bill;
  const look = bill ? face(bill) : null;
  const rest = { kind: "rest", amount: null, keyName: "F8" } as const;
  if (!bill || !look) return { ...rest, title: m.next_bill(), line: m.next_bill_clear() };
  switch (look.forward) {
    case "rest":
      return { kind: "go", title: m.rest_qr(), line: say(`method_${newestMethod(bill)}`), amount: bill.missing, keyName: "Enter" };
    case "next":
      return { kind: "go", title: m.try_next({ provider: providerName(bill.next_provider ?? "promptpay_direct") }), line: m.try_next_line(), amount: bill.missing, keyName: "Enter" };
    case "retry":
      return { kind: "go", title: m.try_again(), line: m.try_again_same({ provider: providerName(bill.attempts.at(-1)?.provider ?? "promptpay_direct") }), amount: bill.missing, keyName: "Enter" };
    case "none": case "new_qr": case "change_method":
      return { ...rest, title: m.next_bill(), line: look.third === "close" ? m.next_bill_clear() : m.next_bill_parks() };
  }
}
