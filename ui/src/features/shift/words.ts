// Words of a shift: its keys may be a method or one provider.
import type { ShiftDifference } from "../../ipc/owner-types";
import { m, say } from "../../messages/index.svelte";

export function methodText(key: ShiftDifference["key"]): string {
  switch (key) {
    case "cash": case "promptpay": case "truemoney": case "crypto": return say(`method_${key}`);
    default: return say(`provider_${key}`);
  }
}

/** "ตรง", or how much is missing or too much over all methods together is never said: each method stands for itself. */
export function verdictText(lines: readonly ShiftDifference[] | null): string {
  if (lines === null) return m.shift_verdict_hidden();
  const off = lines.filter((line) => line.difference !== "0.00").length;
  return off === 0 ? m.shift_verdict_agrees() : m.shift_verdict_off({ count: off });
}
