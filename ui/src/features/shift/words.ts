// Words of a shift's outcome.
import type { ShiftDifference } from "../../ipc/owner-types";
import { m } from "../../messages/index.svelte";

/** Whether it agrees, or how many methods do not. How much is missing or too much over all methods together is never said: each method stands for itself. */
export function verdictText(lines: readonly ShiftDifference[] | null): string {
  if (lines === null) return m.shift_verdict_hidden();
  const off = lines.filter((line) => line.difference !== "0.00").length;
  return off === 0 ? m.shift_verdict_agrees() : m.shift_verdict_off({ count: off });
}
