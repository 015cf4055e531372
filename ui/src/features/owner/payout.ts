// Paying out: what is still missing before it can be asked for, and what stands in the way of another one. Pure; Rust holds
// the same lines and more.
import type { PayoutLine, Payouts } from "../../ipc/generated";
import { parseWire } from "../../lib/money";
import { typedSatang } from "../../lib/typed-money";
import type { MessageKey } from "../../messages/index.svelte";

/** Lines that are shown before somebody asks for all of them. */
const SHORT = 2;

/** Its end is not known: a person who looked may say it. */
export function isOpen(line: PayoutLine): boolean {
  return line.state === "unknown" || line.state === "requested";
}

/** Nobody knows whether it was even taken: another one could be the same money twice. */
export function blocking(lines: readonly PayoutLine[]): PayoutLine | null {
  return lines.find((line) => isOpen(line) && line.provider_ref === null) ?? null;
}

/** The newest, and everything whose end is not known. */
export function shownLines(lines: readonly PayoutLine[], all: boolean): readonly PayoutLine[] {
  return all ? lines : lines.filter((line, at) => at < SHORT || isOpen(line));
}

/** The list with this line as it is now; a new one comes first. */
export function withLine(lines: readonly PayoutLine[], line: PayoutLine): PayoutLine[] {
  return lines.some((one) => one.payout_id === line.payout_id) ? lines.map((one) => (one.payout_id === line.payout_id ? line : one)) : [line, ...lines];
}

/** What is missing, as a sentence's name; null when it can be asked for. */
export function payoutLacks(told: Payouts, account: string | null, amount: string): MessageKey | null {
  if (!told.accounts.some((one) => one.label === account)) return "payout_need_account";
  const satang = typedSatang(amount);
  if (satang === null || satang <= 0n) return "payout_need_amount";
  return satang > parseWire(told.day_limit) ? "payout_too_much" : null;
}
