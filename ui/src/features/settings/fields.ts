// The settings a person meets, by section: what each field is and how it is filled in. Labels and hints are messages
// named after the key; what a value may be is decided in Rust.
import type { MessageKey } from "../../messages/index.svelte";

export type FieldKind =
  | { kind: "text"; mono?: true; wide?: true }
  | { kind: "number"; unit: MessageKey }
  | { kind: "baht" }
  /** `usual` holds while nothing is set. */
  | { kind: "choice"; options: readonly { value: string | number | boolean | null; text: MessageKey }[]; usual: string | number | boolean | null };

export interface Field { key: string; label: MessageKey; hint?: MessageKey; as: FieldKind }

const text = (key: string, label: MessageKey, hint?: MessageKey, more: { mono?: true; wide?: true } = {}): Field => ({ key, label, ...(hint ? { hint } : {}), as: { kind: "text", ...more } });
const number = (key: string, label: MessageKey, unit: MessageKey, hint?: MessageKey): Field => ({ key, label, ...(hint ? { hint } : {}), as: { kind: "number", unit } });
type Option = { value: string | number | boolean | null; text: MessageKey };
const choice = (key: string, label: MessageKey, options: readonly Option[], usual: Option["value"], hint?: MessageKey): Field => ({ key, label, ...(hint ? { hint } : {}), as: { kind: "choice", options, usual } });
const yesNo = [{ value: true, text: "set_yes" }, { value: false, text: "set_no" }] as const;

export const SHOP: readonly Field[] = [
  text("shop.name", "set_shop_name", "set_shop_name_hint"), text("shop.branch", "set_shop_branch"), text("shop.address", "set_shop_address", undefined, { wide: true }), text("shop.tax_id", "set_shop_tax_id", "set_shop_tax_id_hint", { mono: true }),
  choice("vat.mode", "set_vat_mode", [{ value: "none", text: "set_vat_none" }, { value: "registered", text: "set_vat_registered" }], "none"), text("vat.pos_id", "set_vat_pos_id", undefined, { mono: true }),
];
export const COUNTER: readonly Field[] = [
  text("shop.counter", "set_shop_counter", "set_shop_counter_hint", { mono: true }), text("shop.day_cutoff", "set_shop_day_cutoff", "set_shop_day_cutoff_hint", { mono: true }),
  choice("shop.language", "menu_language", [{ value: "th", text: "language_th" }, { value: "en", text: "language_en" }], "th"), choice("shop.era", "set_shop_era", [{ value: "be", text: "era_be" }, { value: "ce", text: "era_ce" }], "ce"),
  number("shop.idle_lock_minutes", "set_shop_idle_lock", "unit_minutes", "set_shop_idle_lock_hint"), { key: "shop.adjust_limit", label: "set_shop_adjust_limit", hint: "set_shop_adjust_limit_hint", as: { kind: "baht" } },
];
export const PROMPTPAY: readonly Field[] = [text("shop.promptpay_id", "set_promptpay_id", "set_promptpay_id_hint", { mono: true })];
export const CALLBACKS: readonly Field[] = [text("callbacks.public_url", "set_callbacks_url", "set_callbacks_url_hint", { mono: true, wide: true })];
export const TIMING: readonly Field[] = [
  number("timing.poll_fast_ms", "set_poll_fast", "unit_ms"), number("timing.poll_slow_ms", "set_poll_slow", "unit_ms"), number("timing.late_watch_hours", "set_late_watch", "unit_hours"),
  number("timing.request_timeout_ms", "set_request_timeout", "unit_ms"), number("timing.slip_retry_first_s", "set_slip_first", "unit_seconds"), number("timing.slip_retry_every_s", "set_slip_every", "unit_seconds"),
];
export const SLIPS: readonly Field[] = [
  text("slips.easyslip.base_url", "set_base_url", undefined, { mono: true, wide: true }), choice("slips.easyslip.match_account", "set_match_account", yesNo, true, "set_match_account_hint"),
  number("slips.easyslip.keep_images_days", "set_keep_images", "unit_days"), number("slips.easyslip.max_age_minutes", "set_slip_max_age", "unit_minutes", "set_slip_max_age_hint"),
];
export const PRINTER: readonly Field[] = [
  choice("printer.kind", "set_printer_kind", [{ value: "none", text: "printer_kind_none" }, { value: "tcp", text: "printer_kind_tcp" }, { value: "device", text: "printer_kind_device" }], "none"),
  text("printer.address", "set_printer_address", "set_printer_address_hint", { mono: true }), choice("printer.width_mm", "set_printer_width", [{ value: 80, text: "paper_80" }, { value: 58, text: "paper_58" }], 80),
  choice("printer.auto", "set_printer_auto", yesNo, false),
];
export const BACKUP: readonly Field[] = [
  text("backup.folder", "set_backup_folder", "set_backup_folder_hint", { mono: true, wide: true }), number("backup.every_hours", "set_backup_every", "unit_hours"), number("backup.keep", "set_backup_keep", "unit_files"),
];

export type ProviderId = "jwt_gateway" | "deposit_gateway" | "omise_truemoney" | "crypto_2328";
const switched = (id: string): Field => choice(`providers.${id}.enabled`, "set_enabled", [{ value: null, text: "set_enabled_auto" }, { value: true, text: "set_enabled_on" }, { value: false, text: "set_enabled_off" }], null);
const address = (id: string, hint?: MessageKey): Field => text(`providers.${id}.base_url`, "set_base_url", hint, { mono: true, wide: true });

/** Each provider's own fields; its keys are what the backend lists under its name. */
export const PROVIDERS: Readonly<Record<ProviderId, readonly Field[]>> = {
  jwt_gateway: [address("jwt_gateway", "set_base_url_jwt_hint"), text("providers.jwt_gateway.merchant_id", "set_merchant_id", undefined, { mono: true }), choice("providers.jwt_gateway.type", "set_jwt_type", [{ value: "QR", text: "set_jwt_type_qr" }, { value: "BANK_TRANSFER", text: "set_jwt_type_bank" }], "QR"), switched("jwt_gateway")],
  deposit_gateway: [
    address("deposit_gateway"), text("providers.deposit_gateway.payer_bank_code", "set_payer_bank", undefined, { mono: true }), text("providers.deposit_gateway.payer_name_th", "set_payer_name_th"),
    text("providers.deposit_gateway.payer_name_en", "set_payer_name_en"), switched("deposit_gateway"),
  ],
  omise_truemoney: [address("omise_truemoney"), switched("omise_truemoney")],
  crypto_2328: [
    text("providers.crypto_2328.project", "set_project", undefined, { mono: true }), choice("providers.crypto_2328.legal_note_acknowledged", "set_legal_note", yesNo, false, "set_legal_note_hint"),
    text("providers.crypto_2328.usd_thb_rate", "set_usd_rate", "set_usd_rate_hint", { mono: true }), switched("crypto_2328"),
  ],
};
export const PROVIDER_IDS: readonly ProviderId[] = ["jwt_gateway", "deposit_gateway", "omise_truemoney", "crypto_2328"];
