// The commands of the owner's day as the window knows them until Rust writes them into generated/. Names and shapes are the
// contract's; when the generated file has them, this file goes and its importers ask there.
// Amounts are decimal strings in baht ("1234.50"), moments RFC 3339, days "YYYY-MM-DD".
import type { Counted, ErrorCode, Flag, Method, Nothing, Order, OrderState, Provider, Shift, ShiftLine, Shifts, Slip, TillState } from "./generated";

/** The person who approves one action in place. Every command may carry it beside its own fields. */
export type Approver = { user: string; pin: string };
/** To be spread into a request; empty when the person signed in may do it. */
export type Approval = { as?: Approver };

export type OwnerErrorCode = "locked" | "approval_needed" | "no_people" | "bad_setting" | "changed_meanwhile" | "day_open_items";
export type AnyErrorCode = ErrorCode | OwnerErrorCode;

export type Role = "auditor" | "cashier" | "manager" | "owner";
export type Right = "look" | "take" | "review" | "decide" | "own";

// ── who ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
export type Session = { person: string | null; role: Role | null; locked: boolean; has_people: boolean; rights: Right[]; who: { name: string; role: Role }[] };
export type Announcement = { at: string; by: string | null; what: "account_changed" | "key_changed" | "provider_changed"; subject: string };
/** What the till's state gains. */
export type TillMore = { session: Session; idle_lock_minutes: number; shift: ShiftLine | null; announcements: Announcement[]; printer_on: boolean };
export type TillOwner = TillMore;
export type OwnedTill = TillState & TillMore;
export type PersonLine = { name: string; role: Role; disabled: boolean; locked_for_s: number | null };
export type AuditLine = { number: number; at: string; by: string | null; what: string; subject: string; facts: Record<string, unknown> };

// ── the day ────────────────────────────────────────────────────────────────────────────────────────────────────────────
export type Totals = {
  orders: number; gross: string; refunds: string; fees: string; net: string; adjustments: string; suspense: string;
  automatic: string; slip_confirmed: string; manual: string; cash: string;
};
export type Group = { key: string; orders: number; gross: string; refunds: string; fees: string; net: string };
export type MethodGroup = Group & { method: Method; attempts: number; paid: number; median_s: number | null };
export type WhyNot = "open_review" | "not_over" | "already" | "shift_open" | "nothing_new" | "not_closed";
export type DayReview = {
  business_day: string; cutoff: string; today: boolean; totals: Totals; bank: string; drawer: string;
  by_method: MethodGroup[]; by_provider: Group[]; by_cashier: Group[]; by_hour: Group[];
  compared: { business_day: string; totals: Totals; by_hour: Group[] };
  median_s: number | null; opened: number; paid: number;
  failures: { provider: Provider; attempts: number; failed: number; expired: number }[];
  slips: { shown: number; accepted: number; stopped: number; stopped_amount: string; calls_saved: number };
  exceptions: ReviewItem[]; open_orders: { number: string; order_id: string; amount_due: string; state: OrderState }[];
  closes: ZLine[]; next_z: number; unclosed: boolean; signed: { at: string; by: string } | null; may_close: boolean; why_not: string[];
};
export type ReviewKind = Flag | "payout_unknown" | "refund_unknown" | "shift_difference" | "slip_waiting" | "suspense" | "reconcile";
export type ReviewOutcome = "accepted" | "returned" | "other_order" | "wait" | "explained";
export type ReviewItem = {
  item: string; kind: ReviewKind; order: string | null; order_id: string | null; amount: string | null; since: string; cashier: string | null;
  detail: Record<string, string>; settled: { by: string; at: string; outcome: string; note: string } | null;
};
export type ZLine = { number: number; business_day: string; at: string; by: string; totals: Totals; by_method: Group[]; upto: number };
export type File = { path: string; name: string; bytes: number };
export type Trend = { days: { business_day: string; gross: string; orders: number }[] };

// ── bills ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
export type Moved = {
  from: string; to: string; provider?: Provider; method?: Method; cashier?: string | null; hour?: number;
  proof?: "automatic" | "slip" | "manual" | "cash"; what?: "received" | "adjustment" | "suspense" | "refund" | "fee";
};
export type OrderFind = {
  search?: string; from?: string; to?: string; state?: OrderState; flagged?: boolean; flag?: Flag; provider?: Provider; cashier?: string;
  amount_from?: string; amount_to?: string; moved?: Moved; before?: string; limit?: number;
};
export type TimelineLine = {
  sequence: number; at: string; event: string; attempt_id: string | null; provider: Provider | null; source: "us" | "query" | "callback" | "slip" | "person";
  amount: string | null; facts: Record<string, unknown>; raw: string | null;
};
export type Timeline = { order: Order; lines: TimelineLine[]; slips: Slip[]; raw_allowed: boolean };
export type RefundReason = "customer_request" | "wrong_amount" | "duplicate_payment" | "goods_unavailable" | "other";
export type RefundOffer = {
  attempts: { attempt_id: string; provider: Provider; method: Method; refundable: string; kind: "void" | "refund" | "transfer"; until: string | null; partial: boolean }[];
};
export type RefundRequest = { order: string; amount?: string; reason: RefundReason; by_transfer?: string; attempt?: string };
export type Paper = "58" | "80" | "a4";
export type ReceiptView = { number: string; order: Order; copy: boolean; picture_base64: string; file: File };
export type PrinterState = {
  kind: "none" | "tcp" | "device"; waiting: number; error: "unreachable" | "refused" | "paper_or_offline" | "permission" | "not_found" | null;
  printed_at: string | null; jobs: { id: string; what: string; since: string }[];
};

// ── shifts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
export type { Counted as ShiftCounted, DifferenceLine as ShiftDifference, Shift, ShiftLine, Shifts as ShiftState } from "./generated";

// ── set-up ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
export type SecretLine = { name: string; set: boolean; from: "environment" | "keychain" | "file" | null; live: boolean | null };
export type SettingsView = {
  values: Record<string, unknown>; secrets: SecretLine[]; keychain: boolean; file_version: string; training: boolean; restart_needed: boolean; first_run: boolean;
};
export type SettingChange = { key: string; value: unknown };
export type BackupState = {
  folder: string | null; every_hours: number; last: { at: string; path: string; bytes: number } | null; error: string | null; passphrase_set: boolean;
};
export type Proof = { ok: boolean; events: number; orders: number; fault: string | null };

export interface OwnerCommands {
  sign_in: { req: Approver; reply: Session };
  lock: { req: Nothing; reply: Session };
  people_list: { req: Nothing; reply: { people: PersonLine[] } };
  person_add: { req: { name: string; role: Role; pin: string }; reply: PersonLine };
  person_change: { req: { name: string; role?: Role; pin?: string; disabled?: boolean }; reply: PersonLine };
  pin_change: { req: { pin: string }; reply: PersonLine };
  audit_list: { req: { before?: number; what?: string }; reply: { lines: AuditLine[]; more: boolean } };
  day_review: { req: { date?: string }; reply: DayReview };
  review_settle: { req: { item: string; outcome: ReviewOutcome; note: string }; reply: ReviewItem };
  day_close: { req: { date: string }; reply: ZLine };
  day_sign: { req: { date: string; note?: string }; reply: DayReview };
  day_paper: { req: { date: string; what: "x" | "z" | "day"; number?: number }; reply: File };
  day_export: { req: { from: string; to: string; what: "orders" | "day" | "methods" | "reconcile"; format: "csv" | "xlsx" | "pdf" }; reply: File };
  file_open: { req: { path: string }; reply: object };
  trend: { req: { days: number }; reply: Trend };
  order_find: { req: OrderFind; reply: { orders: Order[]; more: boolean } };
  order_timeline: { req: { order: string }; reply: Timeline };
  order_refund: { req: RefundRequest; reply: Order };
  refund_offer: { req: { order: string }; reply: RefundOffer };
  slip_picture: { req: { slip_id: string }; reply: { png_base64: string } };
  order_receipt: { req: { order: string; paper: Paper }; reply: ReceiptView };
  receipt_print: { req: { order: string }; reply: PrinterState };
  printer_state: { req: Nothing; reply: PrinterState };
  printer_test: { req: Nothing; reply: PrinterState };
  printer_drop: { req: { id: string }; reply: PrinterState };
  shift_state: { req: Nothing; reply: Shifts };
  shift_open: { req: { float: string }; reply: Shift };
  drawer_move: { req: { direction: "in" | "out"; amount: string; reason: string }; reply: Shift };
  shift_count: { req: { counted: { method: Method; amount: string }[] }; reply: Counted };
  shift_close: { req: Nothing; reply: Shift };
  settings_get: { req: Nothing; reply: SettingsView };
  settings_put: { req: { changes: SettingChange[]; file_version: string }; reply: SettingsView };
  secret_put: { req: { name: string; value: string }; reply: SettingsView };
  backup_state: { req: Nothing; reply: BackupState };
  backup_now: { req: Nothing; reply: BackupState };
  backup_drill: { req: { path?: string; passphrase?: string }; reply: Proof };
  diagnostics: { req: Nothing; reply: File };
  ledger_verify: { req: Nothing; reply: Proof };
}
