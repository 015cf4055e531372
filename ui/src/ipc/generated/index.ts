// The IPC contract. In the product these types are generated from Rust (src-tauri/crates/api) by ts-rs into
// ui/src/ipc/generated/index.ts; until then this hand copy is the truth for everybody. All keys snake_case.
// Money is a decimal string in baht with two digits ("250.00"). Times are RFC 3339 with +07:00. Durations in ms.
export type Method = "promptpay" | "truemoney" | "crypto" | "cash";
export type Provider = "promptpay_direct" | "deposit_gateway" | "jwt_gateway" | "omise_truemoney" | "crypto_2328" | "cash";
export type OrderState = "open" | "due" | "settled" | "completed" | "voided";
export type AttemptState = "prepared" | "submitted" | "awaiting" | "confirming" | "cancelling" | "unknown" | "held" | "paid" | "failed" | "expired" | "cancelled";
export type Flag = "paid_late" | "underpaid" | "overpaid" | "duplicate_payment" | "contradiction" | "unrecognised_status" | "weak_evidence" | "manual_confirm" | "qr_mismatch" | "adjusted_too_much" | "held" | "refund_failed";
export type Tracking = "poll" | "callback" | "resend" | "slip" | "person";
export interface Qr { size: number; path: string } // path: SVG path in module units (0,0)-(size,size), without quiet zone
export type Instruction =
  | { kind: "qr_text"; text: string; qr: Qr | null }
  | { kind: "qr_image"; png_base64: string; text?: string; qr: Qr | null } // qr redrawn crisp from text when decodable
  | { kind: "bank_account"; bank_code: string; number: string; name: string }
  | { kind: "crypto_address"; address: string; amount: string; coin: string; network: string; qr_png_base64: string }
  | { kind: "redirect"; url: string };
export interface Attempt {
  attempt_id: string; provider: Provider; method: Method; state: AttemptState; our_ref: string; provider_ref: string | null;
  payable: string; received: string; fee: string | null; instruction: Instruction | null; deadline: string | null;
  tracking: Tracking[];
  reason: string | null;        // closed list of codes, see ReasonCode
  // additions for the window
  opened_at: string; ended_at: string | null;
  adjustment: string;           // payable − amount asked, "0.00" when none
  remaining_ms: number | null;  // from the backend's clock at the time of the answer
  lifetime_ms: number | null;   // whole life of the QR, for the ruler
  asked_ms_ago: number | null;  // age of the provider's last answer
  ask_every_ms: number | null;  // present polling rhythm
  callbacks: boolean;           // callbacks registered and listening
  checked_nothing: boolean;     // a "Check now" found nothing: manual confirm may be offered
  confirmed_by: "query" | "callback" | "slip" | "person" | null;
}
export type ReasonCode =
  | "refused" | "misconfigured" | "not_sent" | "provider_down" | "outcome_unknown" | "never_created" | "throttled"
  | "qr_mismatch" | "qr_unavailable" | "adjusted_too_much" | "failed_processing" | "insufficient_balance"
  | "payment_cancelled" | "timeout" | "declined" | "deadline" | "cancelled_by_person" | "mode_mismatch";
export interface Refund { refund_id: string; amount: string; kind: "void" | "refund" | "transfer"; state: "requested" | "done" | "failed" | "unknown"; provider_ref: string | null; reason: string }
export interface Order {
  type: "order"; order_id: string; number: string; state: OrderState; amount_due: string; received: string; refunded: string;
  cashier: string | null; note: string | null; business_day: string; flags: Flag[]; attempts: Attempt[]; refunds: Refund[];
  // additions
  version: number; created_at: string; missing: string; excess: string; settled_at: string | null;
  words_th: string;             // received (or due) amount in Thai words: "สองร้อยห้าสิบบาทถ้วน"
}
export interface MethodInfo {
  method: Method; providers: ProviderInfo[]; // in routing order, enabled ones only
  available: boolean; reason: "not_set_up" | "not_built" | "misconfigured" | null; // why not
}
export interface ProviderInfo {
  id: Provider; min: string; max: string; tracking: Tracking[]; cancel: boolean; refund: boolean;
  health: "ok" | "slow" | "down" | "misconfigured" | "unknown"; answered_ms_ago: number | null; setting: string | null; // setting: what to fix
  live: boolean;                // live key (true) or test key / training (false)
}
export interface TillState {
  shop_name: string; branch: string; language: "th" | "en"; era: "ce" | "be"; training: boolean; mode: "training" | "test" | "live";
  counter: string; cashier: string | null; confirmers: string[]; // people who may confirm by hand (PIN asked)
  shift_word: string; methods: MethodInfo[]; default_method: Method; callbacks_on: boolean; now: string;
  offline: boolean; current: Order | null; // the bill to come back to after a restart: newest order whose newest attempt is still running
  restored: boolean;            // true when `current` was found at start after a restart (show "Restarted…" once)
  recent: Order[];              // newest first, at most 12
  waiting: number;              // open bills
}
export type ConfirmReason = "bank_app_shown" | "provider_dashboard" | "slip_checked_by_hand" | "phone_call" | "other";
export type TrainingAct = "pay" | "pay_late" | "pay_less" | "pay_twice" | "fail" | "expire" | "silent" | "slow" | "down" | "lost_answer" | "wrong_qr" | "forged_callback" | "recover";
// One command function: call(name, request) -> reply; rejects with ApiError.
export interface Commands {
  till_state: { req: {}; reply: TillState };
  charge: { req: { amount: string; method: Method; provider?: Provider | null; note?: string }; reply: Order };
  order_get: { req: { order: string }; reply: Order };
  order_recent: { req: { limit: number }; reply: { orders: Order[] } };
  order_retry: { req: { order: string; method: Method; provider?: Provider | null }; reply: Order };
  order_check: { req: { order: string }; reply: { order: Order; news: boolean; code: "paid" | "nothing_yet" | "no_answer" | "asked_for_callback" | "cannot_ask" | "ended" } };
  order_cancel: { req: { order: string }; reply: Order };
  order_confirm: { req: { order: string; user: string; pin: string; reason: ConfirmReason; note?: string }; reply: Order };
  training_act: { req: { attempt_id: string | null; act: TrainingAct }; reply: {} };
}
// Events pushed by the backend to the cashier window; a lost one heals because the window refetches every few seconds while a bill runs.
//   "order_changed" { order_id: string; version: number }   "provider_health" { provider: Provider }
export interface ApiError { code: ErrorCode; params: Record<string, string>; incident: string | null }
export type ErrorCode = "amount_invalid" | "amount_too_small" | "amount_too_large" | "method_unavailable" | "no_provider" | "misconfigured" | "provider_down"
  | "not_found" | "wrong_state" | "pin_wrong" | "pin_locked" | "forbidden" | "reason_missing" | "ledger_unavailable" | "not_built" | "bad_request" | "internal";
// params: amount_*: {min,max,method}; misconfigured: {provider,setting,message_th,message_en}; pin_wrong: {tries_left}; pin_locked: {seconds}; wrong_state: {state}
