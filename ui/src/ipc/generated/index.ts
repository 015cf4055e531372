// Generated from the Rust contract (src-tauri/crates/api). Do not edit: script/check refreshes and compares it.

export type Method = "promptpay" | "truemoney" | "crypto" | "cash";
export type Provider = "promptpay_direct" | "deposit_gateway" | "jwt_gateway" | "omise_truemoney" | "crypto_2328" | "cash";
export type Tracking = "poll" | "callback" | "resend" | "slip" | "person";
export type OrderState = "open" | "due" | "settled" | "completed" | "voided";
export type AttemptState = "prepared" | "submitted" | "awaiting" | "confirming" | "cancelling" | "unknown" | "held" | "paid" | "failed" | "expired" | "cancelled";
export type Flag = "paid_late" | "underpaid" | "overpaid" | "duplicate_payment" | "contradiction" | "unrecognised_status" | "weak_evidence" | "manual_confirm" | "qr_mismatch" | "adjusted_too_much" | "held" | "refund_failed";
export type ReasonCode = "refused" | "misconfigured" | "not_sent" | "provider_down" | "outcome_unknown" | "never_created" | "throttled" | "qr_mismatch" | "qr_unavailable" | "adjusted_too_much" | "failed_processing" | "insufficient_balance" | "payment_cancelled" | "timeout" | "declined" | "deadline" | "cancelled_by_person" | "mode_mismatch";
export type ConfirmReason = "bank_app_shown" | "provider_dashboard" | "slip_checked_by_hand" | "phone_call" | "other";
export type SlipVerdict = "accepted" | "wrong_amount" | "wrong_receiver" | "already_used" | "too_old" | "not_a_slip" | "damaged" | "not_found" | "bank_pending" | "unavailable" | "misconfigured" | "needs_review";
export type TrainingSlipStory = "honest" | "edited" | "reused" | "other_shop" | "old" | "scheduled" | "off_by" | "pending" | "fake" | "shop_qr" | "junk";
export type TrainingAct = "pay" | "pay_late" | "pay_less" | "pay_twice" | "fail" | "expire" | "silent" | "slow" | "down" | "lost_answer" | "wrong_qr" | "forged_callback" | "recover";

export type Qr = { 
/**
 * Modules along one side.
 */
size: number, 
/**
 * `d` of the dark modules.
 */
path: string, };
export type Instruction = { "kind": "qr_text", 
/**
 * The text.
 */
text: string, 
/**
 * The same, drawn.
 */
qr: Qr | null, } | { "kind": "qr_image", 
/**
 * PNG, base64.
 */
png_base64: string, 
/**
 * What it says, where it could be decoded.
 */
text?: string, 
/**
 * The same, drawn sharply, where it could be decoded.
 */
qr: Qr | null, } | { "kind": "bank_account", 
/**
 * Bank.
 */
bank_code: string, 
/**
 * Account.
 */
number: string, 
/**
 * Holder.
 */
name: string, } | { "kind": "crypto_address", 
/**
 * Address.
 */
address: string, 
/**
 * Exact amount.
 */
amount: string, 
/**
 * Coin.
 */
coin: string, 
/**
 * Network.
 */
network: string, 
/**
 * PNG of the address, base64.
 */
qr_png_base64: string, 
/**
 * The same, drawn sharply.
 */
qr: Qr | null, } | { "kind": "redirect", 
/**
 * Address.
 */
url: string, 
/**
 * The same as a QR.
 */
qr: Qr | null, };
export type Attempt = { 
/**
 * Our id.
 */
attempt_id: string, 
/**
 * Who serves it.
 */
provider: Provider, 
/**
 * What the cashier picked.
 */
method: Method, 
/**
 * Where it stands.
 */
state: AttemptState, 
/**
 * The reference we sent.
 */
our_ref: string, 
/**
 * The provider's reference.
 */
provider_ref: string | null, 
/**
 * What the provider wants paid.
 */
payable: string, 
/**
 * What arrived.
 */
received: string, 
/**
 * The provider's fee, when known.
 */
fee: string | null, 
/**
 * What the customer must do.
 */
instruction: Instruction | null, 
/**
 * The end of its life.
 */
deadline: string | null, 
/**
 * How the till can learn the outcome.
 */
tracking: Tracking[], 
/**
 * Why it is where it is.
 */
reason: ReasonCode | null, 
/**
 * When it was stored.
 */
opened_at: string, 
/**
 * When it first ended without money.
 */
ended_at: string | null, 
/**
 * What the provider changed the amount by.
 */
adjustment: string, 
/**
 * Milliseconds left, by the till's clock at the time of this answer.
 */
remaining_ms: number | null, 
/**
 * Milliseconds from acceptance to the deadline.
 */
lifetime_ms: number | null, 
/**
 * Age of the provider's last answer in milliseconds.
 */
asked_ms_ago: number | null, 
/**
 * Present pause between questions in milliseconds.
 */
ask_every_ms: number | null, 
/**
 * Callbacks are registered and listened to.
 */
callbacks: boolean, 
/**
 * A person's check found nothing: a person's word may be offered.
 */
checked_nothing: boolean, 
/**
 * Who settled it.
 */
confirmed_by: "query" | "callback" | "slip" | "person" | null, 
/**
 * Cash that was handed over.
 */
tendered: string | null, 
/**
 * Cash that went back.
 */
change: string | null, 
/**
 * Terms of an invoice that is paid with a coin.
 */
quote: Quote | null, };
export type Quote = { 
/**
 * Coin.
 */
coin: string, 
/**
 * Network.
 */
network: string, 
/**
 * What the invoice asks for.
 */
invoiced: string, 
/**
 * In which currency.
 */
currency: string, 
/**
 * Baht for one unit of it, when it is not baht.
 */
rate: string | null, 
/**
 * Where the rate comes from.
 */
source: string, 
/**
 * When it was taken.
 */
at: string, };
export type Asset = { 
/**
 * Coin.
 */
coin: string, 
/**
 * Network.
 */
network: string, };
export type Refund = { 
/**
 * Our id.
 */
refund_id: string, 
/**
 * How much.
 */
amount: string, 
/**
 * How.
 */
kind: "void" | "refund" | "transfer", 
/**
 * Where it stands.
 */
state: "requested" | "done" | "failed" | "unknown", 
/**
 * The provider's reference, or the transfer's.
 */
provider_ref: string | null, 
/**
 * Why.
 */
reason: string, };
export type Order = { 
/**
 * Always `order`; the lines of the command line are told apart by it.
 */
type: "order", 
/**
 * Our id.
 */
order_id: string, 
/**
 * Number people see.
 */
number: string, 
/**
 * Where the sale stands.
 */
state: OrderState, 
/**
 * What is owed.
 */
amount_due: string, 
/**
 * What evidence says arrived.
 */
received: string, 
/**
 * What went back.
 */
refunded: string, 
/**
 * Who stood at the till.
 */
cashier: string | null, 
/**
 * Free text.
 */
note: string | null, 
/**
 * Bangkok day, `YYYY-MM-DD`.
 */
business_day: string, 
/**
 * What a person must look at.
 */
flags: Flag[], 
/**
 * Every try, oldest first.
 */
attempts: Array<Attempt>, 
/**
 * Every refund, oldest first.
 */
refunds: Array<Refund>, 
/**
 * Grows with every change.
 */
version: number, 
/**
 * When it began.
 */
created_at: string, 
/**
 * What is still owed.
 */
missing: string, 
/**
 * What arrived beyond what was owed.
 */
excess: string, 
/**
 * When it was first paid in full.
 */
settled_at: string | null, 
/**
 * The received amount, or the amount due while nothing came, in Thai words.
 */
words_th: string, 
/**
 * Whom to ask next when the newest attempt left nothing behind at its provider.
 */
next_provider: Provider | null, };
export type ProviderInfo = { 
/**
 * Which.
 */
id: Provider, 
/**
 * Smallest amount.
 */
min: string, 
/**
 * Largest amount.
 */
max: string, 
/**
 * How the outcome is learnt.
 */
tracking: Tracking[], 
/**
 * Can be cancelled there.
 */
cancel: boolean, 
/**
 * Can return money.
 */
refund: boolean, 
/**
 * How it is doing.
 */
health: "ok" | "slow" | "down" | "misconfigured" | "unknown", 
/**
 * Age of its last answer in milliseconds.
 */
answered_ms_ago: number | null, 
/**
 * The setting to look at.
 */
setting: string | null, 
/**
 * Real money.
 */
live: boolean, 
/**
 * Coins customers can pay with, the usual one first.
 */
assets: Array<Asset>, 
/**
 * Its balance can be asked for.
 */
balance: boolean, 
/**
 * It has a list to reconcile with.
 */
statement: boolean, };
export type MethodInfo = { 
/**
 * Which.
 */
method: Method, 
/**
 * In the owner's order.
 */
providers: Array<ProviderInfo>, 
/**
 * At least one can be asked.
 */
available: boolean, 
/**
 * Why not.
 */
reason: "not_set_up" | "misconfigured" | null, };
export type TillState = { 
/**
 * Shop.
 */
shop_name: string, 
/**
 * Branch.
 */
branch: string, 
/**
 * Language of the shop.
 */
language: "th" | "en", 
/**
 * Era of dates.
 */
era: "ce" | "be", 
/**
 * Nothing here is real.
 */
training: boolean, 
/**
 * Which money the keys move.
 */
mode: "training" | "test" | "live", 
/**
 * Prefix of order numbers.
 */
counter: string, 
/**
 * Who stands at the till.
 */
cashier: string | null, 
/**
 * People who may confirm by hand.
 */
confirmers: Array<string>, 
/**
 * The word that makes the paid signal hard to imitate.
 */
shift_word: string, 
/**
 * All methods of the till.
 */
methods: Array<MethodInfo>, 
/**
 * What to select at first.
 */
default_method: Method, 
/**
 * Providers can reach us.
 */
callbacks_on: boolean, 
/**
 * Now.
 */
now: string, 
/**
 * No provider can be reached from this machine.
 */
offline: boolean, 
/**
 * Milliseconds this machine's clock is behind the providers' (ahead when negative), when that is worth a warning.
 */
clock_behind_ms: number | null, 
/**
 * The bill to come back to.
 */
current: Order | null, 
/**
 * `current` was running when this process started.
 */
restored: boolean, 
/**
 * Newest first.
 */
recent: Array<Order>, 
/**
 * Bills still running.
 */
waiting: number, 
/**
 * Slips can be verified.
 */
slips_on: boolean, 
/**
 * Slips that wait for their bank.
 */
slips_waiting: number, 
/**
 * Few slip checks are left this month, or none.
 */
slip_quota: "low" | "used_up" | null, };
export type Orders = { 
/**
 * Newest first.
 */
orders: Array<Order>, };
export type Checked = { 
/**
 * The order now.
 */
order: Order, 
/**
 * Something changed.
 */
news: boolean, 
/**
 * What was found.
 */
code: "paid" | "nothing_yet" | "no_answer" | "asked_for_callback" | "cannot_ask" | "ended", };
export type Slip = { 
/**
 * Always `slip`.
 */
type: "slip", 
/**
 * Our id.
 */
slip_id: string, 
/**
 * The verdict so far.
 */
verdict: SlipVerdict, 
/**
 * Three digits, or `truemoney`.
 */
sending_bank: string | null, 
/**
 * The bank's reference.
 */
trans_ref: string | null, 
/**
 * How much was transferred.
 */
amount: string | null, 
/**
 * When.
 */
sent_at: string | null, 
/**
 * Who paid: name and masked account.
 */
sender: string | null, 
/**
 * Who was paid.
 */
receiver: string | null, 
/**
 * Number of the order it pays, or was shown for.
 */
order: string | null, 
/**
 * Number of the order that has it already.
 */
used_by: string | null, 
/**
 * Numbers of the orders it may pay, when somebody has to choose.
 */
choices: Array<string>, 
/**
 * When it is asked about again by itself.
 */
retry_at: string | null, 
/**
 * When it was first shown.
 */
presented_at: string, 
/**
 * Whoever knows the transfers was asked; `false` when it was judged on this machine.
 */
asked: boolean, 
/**
 * A permitted person may accept it all the same.
 */
may_override: boolean, 
/**
 * The setting to look at.
 */
setting: string | null, 
/**
 * For the cashier, in Thai.
 */
message_th: string, 
/**
 * For the cashier, in English.
 */
message_en: string, 
/**
 * What to say to the customer, in Thai.
 */
customer_th: string, 
/**
 * What to say to the customer, in English.
 */
customer_en: string, 
/**
 * Its picture is still kept.
 */
has_picture: boolean, };
export type Slips = { 
/**
 * Newest first.
 */
slips: Array<Slip>, };
export type SlipRequest = { 
/**
 * Its picture, a file as base64.
 */
picture_base64?: string, 
/**
 * The text of its code, from a scanner.
 */
text?: string, 
/**
 * Where its picture lies.
 */
url?: string, 
/**
 * Number or id of the order it is shown for; found by amount, receiver and time when left out.
 */
order?: string, 
/**
 * A permitted person accepts it all the same.
 */
approval?: SlipApproval, };
export type SlipApproval = { 
/**
 * Who, a manager or higher.
 */
user: string, 
/**
 * Their PIN.
 */
pin: string, 
/**
 * Why.
 */
reason: string, };
export type ProviderLine = { 
/**
 * Always `provider`.
 */
type: "provider", 
/**
 * Word.
 */
id: Provider | "easyslip", 
/**
 * Set up and switched on.
 */
enabled: boolean, 
/**
 * Methods it serves.
 */
methods: Method[], 
/**
 * Smallest amount.
 */
min: string | null, 
/**
 * Largest amount.
 */
max: string | null, 
/**
 * How the outcome is learnt.
 */
tracking: Tracking[], 
/**
 * Can cancel.
 */
cancel: boolean, 
/**
 * Can return money.
 */
refund: boolean, 
/**
 * Has a list to reconcile with.
 */
statement: boolean, 
/**
 * Can pay out.
 */
payout: boolean, 
/**
 * Real money.
 */
live: boolean, };
export type Providers = { 
/**
 * In the order of product.md.
 */
providers: Array<ProviderLine>, };
export type ProviderTest = { 
/**
 * Always `provider_test`.
 */
type: "provider_test", 
/**
 * Word.
 */
id: string, 
/**
 * Nothing is wrong.
 */
ok: boolean, 
/**
 * Closed list of cli.md.
 */
code: string, 
/**
 * The setting to look at.
 */
setting: string | null, 
/**
 * What was found, in Thai.
 */
message_th: string, 
/**
 * What was found, in English.
 */
message_en: string, };
export type Balance = { 
/**
 * Always `balance`.
 */
type: "balance", 
/**
 * Whose.
 */
id: Provider, 
/**
 * How much.
 */
available: string, 
/**
 * The provider's word for the currency.
 */
currency: string, 
/**
 * When it was asked.
 */
as_of: string, };
export type ReconcileLine = { 
/**
 * Always `reconcile`.
 */
type: "reconcile", 
/**
 * Whose list.
 */
provider: Provider, 
/**
 * Where it belongs.
 */
bucket: "only_ours" | "only_theirs" | "amount_differs" | "state_differs", 
/**
 * Number of our order.
 */
order: string | null, 
/**
 * The provider's reference.
 */
provider_ref: string | null, 
/**
 * What we wanted paid.
 */
our_amount: string | null, 
/**
 * What they have.
 */
their_amount: string | null, 
/**
 * Our attempt's state.
 */
our_state: AttemptState | null, 
/**
 * Their own word.
 */
their_state: string | null, };
export type ReconcileSummary = { 
/**
 * Always `reconcile_summary`.
 */
type: "reconcile_summary", 
/**
 * Whose list.
 */
provider: Provider, 
/**
 * Both say the same.
 */
agree: number, 
/**
 * Only the ledger has it.
 */
only_ours: number, 
/**
 * Only the provider has it.
 */
only_theirs: number, 
/**
 * Different sums.
 */
amount_differs: number, 
/**
 * Paid on one side only.
 */
state_differs: number, };
export type Reconciled = { 
/**
 * What does not agree.
 */
lines: Array<ReconcileLine>, 
/**
 * The counts.
 */
summary: ReconcileSummary, };
export type Reconcile = { 
/**
 * One for each provider with a list.
 */
providers: Array<Reconciled>, };
export type ProviderRequest = { 
/**
 * Its word.
 */
provider: string, };
export type BalanceRequest = { 
/**
 * Whose.
 */
provider: string, 
/**
 * Who asks.
 */
user: string, 
/**
 * Their PIN.
 */
pin: string, };
export type ReconcileRequest = { 
/**
 * Business day, `YYYY-MM-DD`.
 */
date: string, 
/**
 * Only this provider.
 */
provider?: string, 
/**
 * Who asks.
 */
user: string, 
/**
 * Their PIN.
 */
pin: string, };
export type Nothing = Record<symbol, never>;
export type ChargeRequest = { 
/**
 * As typed.
 */
amount: string, 
/**
 * What the cashier picked.
 */
method: Method, 
/**
 * A provider by name.
 */
provider?: Provider | null, 
/**
 * Free text.
 */
note?: string, 
/**
 * Coin, for crypto.
 */
coin?: string, 
/**
 * Network, for crypto.
 */
network?: string, 
/**
 * What was handed over, for cash; the exact sum when left out.
 */
tendered?: string, };
export type OrderRequest = { 
/**
 * Id or number.
 */
order: string, };
export type RecentRequest = { 
/**
 * At most so many.
 */
limit: number, };
export type RetryRequest = { 
/**
 * Id or number.
 */
order: string, 
/**
 * What the cashier picked.
 */
method: Method, 
/**
 * A provider by name.
 */
provider?: Provider | null, 
/**
 * Coin, for crypto.
 */
coin?: string, 
/**
 * Network, for crypto.
 */
network?: string, 
/**
 * What was handed over, for cash; the exact sum when left out.
 */
tendered?: string, };
export type ConfirmRequest = { 
/**
 * Id or number.
 */
order: string, 
/**
 * Who.
 */
user: string, 
/**
 * Their PIN.
 */
pin: string, 
/**
 * Why.
 */
reason: ConfirmReason, 
/**
 * Free text.
 */
note?: string, };
export type TrainingRequest = { 
/**
 * On which attempt.
 */
attempt_id: string | null, 
/**
 * What.
 */
act: TrainingAct, };
export type TrainingSlipRequest = { 
/**
 * For which attempt.
 */
attempt_id: string | null, 
/**
 * Which slip.
 */
story: TrainingSlipStory, };
export type TrainingSlip = { 
/**
 * What its code says.
 */
text: string, 
/**
 * Its picture, a PNG as base64: nothing but the code.
 */
picture_base64: string, };
export type ErrorCode = "amount_invalid" | "amount_too_small" | "amount_too_large" | "method_unavailable" | "no_provider" | "misconfigured" | "provider_down" | "not_found" | "wrong_state" | "pin_wrong" | "pin_locked" | "forbidden" | "reason_missing" | "coin_not_taken" | "cash_too_little" | "payout_refused" | "ledger_unavailable" | "not_built" | "bad_request" | "internal";
export type ApiError = { 
/**
 * What kind of failure.
 */
code: ErrorCode, 
/**
 * Facts for the sentence.
 */
params: Record<string, string>, 
/**
 * Number of the log line with the whole chain of causes.
 */
incident: string | null, };

/** Every command of the till: what it asks for and what it gives. */
export interface Commands {
  till_state: { req: Nothing; reply: TillState };
  charge: { req: ChargeRequest; reply: Order };
  order_get: { req: OrderRequest; reply: Order };
  order_recent: { req: RecentRequest; reply: Orders };
  order_retry: { req: RetryRequest; reply: Order };
  order_check: { req: OrderRequest; reply: Checked };
  order_cancel: { req: OrderRequest; reply: Order };
  order_confirm: { req: ConfirmRequest; reply: Order };
  provider_list: { req: Nothing; reply: Providers };
  provider_test: { req: ProviderRequest; reply: ProviderTest };
  balance: { req: BalanceRequest; reply: Balance };
  reconcile: { req: ReconcileRequest; reply: Reconcile };
  slip_verify: { req: SlipRequest; reply: Slip };
  slip_waiting: { req: Nothing; reply: Slips };
  training_act: { req: TrainingRequest; reply: Nothing };
  training_slip: { req: TrainingSlipRequest; reply: TrainingSlip };
}
