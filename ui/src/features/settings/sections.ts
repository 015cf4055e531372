// The sections of the settings page, in the order an owner needs them, and the columns of its two lists of accounts.
import type { MessageKey } from "../../messages/index.svelte";

export const SECTIONS = ["shop", "accounts", "providers", "slips", "people", "counter", "printer", "backup", "timing", "window", "proof", "audit"] as const;
export type Section = (typeof SECTIONS)[number];
/** Those whose fields wait to be saved; the others act at once. */
export const SAVES: readonly Section[] = ["shop", "accounts", "providers", "slips", "counter", "printer", "backup", "timing"];

interface Column { name: string; label: MessageKey; bank?: true; mono?: true }
export const ACCOUNT_COLUMNS: readonly Column[] = [
  { name: "bank_code", label: "account_bank", bank: true }, { name: "number", label: "account_number", mono: true }, { name: "name_th", label: "account_name_th" },
  { name: "name_en", label: "account_name_en" }, { name: "promptpay", label: "account_promptpay", mono: true },
];
export const PAYOUT_COLUMNS: readonly Column[] = [
  { name: "label", label: "account_label" }, { name: "bank_code", label: "account_bank", bank: true }, { name: "account_no", label: "account_number", mono: true }, { name: "account_name", label: "account_holder" },
];
