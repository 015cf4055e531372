// Generated from the Rust contract (src-tauri/crates/api). Do not edit: script/check refreshes and compares it.

export type Method = "promptpay" | "truemoney" | "crypto" | "cash";
export type Provider = "promptpay_direct" | "deposit_gateway" | "jwt_gateway" | "omise_truemoney" | "crypto_2328" | "cash";
export type Tracking = "poll" | "callback" | "resend" | "slip" | "person";
export type OrderState = "open" | "due" | "settled" | "completed" | "voided";
export type AttemptState = "prepared" | "submitted" | "awaiting" | "confirming" | "cancelling" | "unknown" | "held" | "paid" | "failed" | "expired" | "cancelled";
export type Flag = "paid_late" | "underpaid" | "overpaid" | "duplicate_payment" | "contradiction" | "unrecognised_status" | "weak_evidence" | "manual_confirm" | "qr_mismatch" | "adjusted_too_much" | "held" | "refund_failed";
export type ReasonCode = "refused" | "misconfigured" | "not_sent" | "provider_down" | "outcome_unknown" | "never_created" | "throttled" | "qr_mismatch" | "qr_unavailable" | "adjusted_too_much" | "failed_processing" | "insufficient_balance" | "payment_cancelled" | "timeout" | "declined" | "deadline" | "cancelled_by_person" | "mode_mismatch";
export type ConfirmReason = "bank_app_shown" | "provider_dashboard" | "slip_checked_by_hand" | "phone_call" | "other";
export type RefundReason = "customer_request" | "wrong_amount" | "duplicate_payment" | "goods_unavailable" | "other";
export type SlipVerdict = "accepted" | "wrong_amount" | "wrong_receiver" | "already_used" | "too_old" | "not_a_slip" | "damaged" | "not_found" | "bank_pending" | "unavailable" | "misconfigured" | "needs_review";
export type TrainingSlipStory = "honest" | "edited" | "reused" | "other_shop" | "old" | "scheduled" | "off_by" | "pending" | "fake" | "shop_qr" | "junk";
export type TrainingAct = "pay" | "pay_late" | "pay_less" | "pay_twice" | "fail" | "expire" | "silent" | "slow" | "down" | "lost_answer" | "wrong_qr" | "forged_callback" | "recover";
export type Role = "auditor" | "cashier" | "manager" | "owner";
export type Right = "look" | "take" | "review" | "decide" | "own";

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
slip_quota: "low" | "used_up" | null, 
/**
 * Minutes without a key or touch after which the window locks; 0 means never.
 */
idle_lock_minutes: number, 
/**
 * The open shift of this counter.
 */
shift: ShiftLine | null, 
/**
 * Changes that no shift has gone through yet.
 */
announcements: Array<Announcement>, 
/**
 * A printer is set up.
 */
printer_on: boolean, 
/**
 * Who stands at the till, and what they may do.
 */
session: Session, };
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
export type SignInRequest = { 
/**
 * Who.
 */
user: string, 
/**
 * Their PIN.
 */
pin: string, };
export type Session = { 
/**
 * Name of the person signed in.
 */
person: string | null, 
/**
 * What they are.
 */
role: Role | null, 
/**
 * There are people and none of them is signed in.
 */
locked: boolean, 
/**
 * The shop has people; without any, a first owner is to be added.
 */
has_people: boolean, 
/**
 * What can be done without a PIN now.
 */
rights: Right[], 
/**
 * Who may sign in or approve.
 */
who: Array<Known>, };
export type Known = { 
/**
 * Unique.
 */
name: string, 
/**
 * What they are.
 */
role: Role, };
export type ReconcileRequest = { 
/**
 * Business day, `YYYY-MM-DD`.
 */
date: string, 
/**
 * Only this provider.
 */
provider?: string, };
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
export type OrderFind = { 
/**
 * Text: number, note, cashier, reference, payer, receipt, or an amount.
 */
search?: string, 
/**
 * First business day.
 */
from?: string, 
/**
 * Last business day.
 */
to?: string, 
/**
 * In this state.
 */
state?: OrderState, 
/**
 * With or without anything to review.
 */
flagged?: boolean, 
/**
 * With this flag.
 */
flag?: Flag, 
/**
 * With an attempt there.
 */
provider?: Provider, 
/**
 * Opened by.
 */
cashier?: string, 
/**
 * Smallest amount due.
 */
amount_from?: string, 
/**
 * Largest amount due.
 */
amount_to?: string, 
/**
 * Whose money is part of a figure.
 */
moved?: MovedFind, 
/**
 * Older than this number.
 */
before?: string, 
/**
 * At most so many.
 */
limit?: number, };
export type MovedFind = { 
/**
 * First day on which it moved.
 */
from: string, 
/**
 * Last day on which it moved.
 */
to: string, 
/**
 * Through whom.
 */
provider?: Provider, 
/**
 * By which method.
 */
method?: Method, 
/**
 * Of whose bills; `null` for bills without a cashier.
 */
cashier?: string | null, 
/**
 * In this hour, 0–23.
 */
hour?: number, 
/**
 * Resting on this.
 */
proof?: "automatic" | "slip" | "manual" | "cash", 
/**
 * Which movement.
 */
what?: "received" | "adjustment" | "suspense" | "refund" | "fee", };
export type Found = { 
/**
 * Newest first.
 */
orders: Array<Order>, 
/**
 * There are older ones.
 */
more: boolean, };
export type TimelineLine = { 
/**
 * Always `event`.
 */
type: "event", 
/**
 * Its place in the whole ledger.
 */
sequence: number, 
/**
 * When.
 */
at: string, 
/**
 * What.
 */
event: string, 
/**
 * To which attempt.
 */
attempt_id: string | null, 
/**
 * Whose attempt that is.
 */
provider: Provider | null, 
/**
 * Who said so.
 */
source: "us" | "provider" | "query" | "callback" | "slip" | "person", 
/**
 * Money it brought or took, when it did.
 */
amount: string | null, 
/**
 * Facts for people; pictures and tokens are left out.
 */
facts: Record<string, unknown>, 
/**
 * What the provider said, covered where it must be, else the facts as they were stored; for the owner.
 */
raw: string | null, };
export type DocumentLine = { 
/**
 * What it is.
 */
kind: "receipt" | "credit_note", 
/**
 * Its number.
 */
number: string, 
/**
 * When.
 */
at: string, };
export type Bill = { 
/**
 * The bill.
 */
order: Order, 
/**
 * What happened, oldest first.
 */
lines: Array<TimelineLine>, 
/**
 * Slips that were shown for it or paid it.
 */
slips: Array<Slip>, 
/**
 * Its receipt and credit notes.
 */
documents: Array<DocumentLine>, 
/**
 * The person who asks may see the evidence as it was stored.
 */
raw_allowed: boolean, };
export type RefundOffer = { 
/**
 * Payments, newest first.
 */
attempts: Array<Refundable>, };
export type Refundable = { 
/**
 * Which.
 */
attempt_id: string, 
/**
 * Who has it.
 */
provider: Provider, 
/**
 * How it was paid.
 */
method: Method, 
/**
 * At most so much.
 */
refundable: string, 
/**
 * How it would go back now.
 */
kind: "void" | "refund" | "transfer", 
/**
 * The moment after which it goes back another way, or not at all.
 */
until: string | null, };
export type RefundRequest = { 
/**
 * Id or number.
 */
order: string, 
/**
 * As typed; everything of one payment when left out.
 */
amount?: string, 
/**
 * Why.
 */
reason: RefundReason, 
/**
 * It was already returned by transfer, under this reference.
 */
by_transfer?: string, 
/**
 * Of which payment; the newest that covers the amount when left out.
 */
attempt?: string, };
export type SlipPictureRequest = { 
/**
 * Our id.
 */
slip_id: string, };
export type SlipPictureReply = { 
/**
 * The file as it was shown, base64.
 */
picture_base64: string, 
/**
 * What kind of file, for the window.
 */
mime: "image/png" | "image/jpeg" | "image/gif" | "image/webp", };
export type Totals = { 
/**
 * Bills paid for the first time.
 */
orders: number, 
/**
 * All that came in.
 */
gross: string, 
/**
 * What went back.
 */
refunds: string, 
/**
 * What providers kept.
 */
fees: string, 
/**
 * What should be there: gross − refunds − fees.
 */
net: string, 
/**
 * The part of gross that gateways added, less what they took off.
 */
adjustments: string, 
/**
 * The part of gross that came for bills that were called off.
 */
suspense: string, 
/**
 * The part of gross that providers confirmed.
 */
automatic: string, 
/**
 * The part of gross that rests on verified slips.
 */
slip_confirmed: string, 
/**
 * The part of gross that rests on a person's word.
 */
manual: string, 
/**
 * The part of gross that was counted into the drawer.
 */
cash: string, };
export type GroupLine = { 
/**
 * Its word; an hour as `00`–`23`; empty for bills without a cashier.
 */
key: string, 
/**
 * Bills paid for the first time.
 */
orders: number, 
/**
 * All that came in.
 */
gross: string, 
/**
 * What went back.
 */
refunds: string, 
/**
 * What providers kept.
 */
fees: string, 
/**
 * What should be there.
 */
net: string, };
export type MethodLine = { 
/**
 * Which.
 */
method: Method, 
/**
 * Attempts of the day's bills.
 */
attempts: number, 
/**
 * Of these, paid.
 */
paid: number, 
/**
 * Seconds from opening to paid: the middle of all.
 */
median_s: number | null, 
/**
 * Its word; an hour as `00`–`23`; empty for bills without a cashier.
 */
key: string, 
/**
 * Bills paid for the first time.
 */
orders: number, 
/**
 * All that came in.
 */
gross: string, 
/**
 * What went back.
 */
refunds: string, 
/**
 * What providers kept.
 */
fees: string, 
/**
 * What should be there.
 */
net: string, };
export type SettledLine = { 
/**
 * Who.
 */
by: string, 
/**
 * When.
 */
at: string, 
/**
 * How.
 */
outcome: string, 
/**
 * Why.
 */
note: string, };
export type ReviewItem = { 
/**
 * Its name, for `review_settle`.
 */
item: string, 
/**
 * A flag's word, or `payout_unknown`, `refund_unknown`, `shift_difference`, `suspense`, `reconcile`.
 */
kind: string, 
/**
 * Number of the bill.
 */
order: string | null, 
/**
 * Id of the bill.
 */
order_id: string | null, 
/**
 * The money it is about.
 */
amount: string | null, 
/**
 * Since when it stands.
 */
since: string, 
/**
 * Whose bill.
 */
cashier: string | null, 
/**
 * Facts for the sentence.
 */
detail: { [key in string]: string }, 
/**
 * How it was settled.
 */
settled: SettledLine | null, };
export type OpenOrder = { 
/**
 * Its number.
 */
number: string, 
/**
 * Its id.
 */
order_id: string, 
/**
 * What it owes.
 */
amount_due: string, 
/**
 * Where it stands.
 */
state: OrderState, };
export type Report = { 
/**
 * Always `report`.
 */
type: "report", 
/**
 * Which day.
 */
business_day: string, 
/**
 * By method.
 */
by_method: Array<GroupLine>, 
/**
 * By provider.
 */
by_provider: Array<GroupLine>, 
/**
 * By cashier.
 */
by_cashier: Array<GroupLine>, 
/**
 * By hour, in the order of the business day.
 */
by_hour: Array<GroupLine>, 
/**
 * Bills that still owe.
 */
open_orders: Array<OpenOrder>, 
/**
 * What a person must look at, settled or not.
 */
review: Array<ReviewItem>, 
/**
 * Bills paid for the first time.
 */
orders: number, 
/**
 * All that came in.
 */
gross: string, 
/**
 * What went back.
 */
refunds: string, 
/**
 * What providers kept.
 */
fees: string, 
/**
 * What should be there: gross − refunds − fees.
 */
net: string, 
/**
 * The part of gross that gateways added, less what they took off.
 */
adjustments: string, 
/**
 * The part of gross that came for bills that were called off.
 */
suspense: string, 
/**
 * The part of gross that providers confirmed.
 */
automatic: string, 
/**
 * The part of gross that rests on verified slips.
 */
slip_confirmed: string, 
/**
 * The part of gross that rests on a person's word.
 */
manual: string, 
/**
 * The part of gross that was counted into the drawer.
 */
cash: string, };
export type ZLine = { 
/**
 * Always `z`.
 */
type: "z", 
/**
 * From 1, without gaps.
 */
number: number, 
/**
 * Of which day.
 */
business_day: string, 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
by: string, 
/**
 * The sums it stored.
 */
totals: Totals, 
/**
 * By method.
 */
by_method: Array<GroupLine>, 
/**
 * The last event it covers.
 */
upto: number, };
export type ProviderFailures = { 
/**
 * Which.
 */
provider: Provider, 
/**
 * Attempts of the day's bills.
 */
attempts: number, 
/**
 * Refused or never created.
 */
failed: number, 
/**
 * Ran out of time.
 */
expired: number, };
export type SlipCounts = { 
/**
 * Shown.
 */
shown: number, 
/**
 * Accepted.
 */
accepted: number, 
/**
 * A clear no.
 */
stopped: number, 
/**
 * What the stopped ones were to pay.
 */
stopped_amount: string, 
/**
 * Judged here, without asking and without quota.
 */
calls_saved: number, };
export type Compared = { 
/**
 * Which day.
 */
business_day: string, 
/**
 * Its sums.
 */
totals: Totals, 
/**
 * By hour.
 */
by_hour: Array<GroupLine>, };
export type SignedLine = { 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
by: string, 
/**
 * What they had to say.
 */
note: string | null, };
export type DayReview = { 
/**
 * Which day.
 */
business_day: string, 
/**
 * When it turns, `HH:MM`.
 */
cutoff: string, 
/**
 * It is still going on.
 */
today: boolean, 
/**
 * Its sums.
 */
totals: Totals, 
/**
 * The part of net that should be with banks and providers.
 */
bank: string, 
/**
 * The part of net that should be in the drawer.
 */
drawer: string, 
/**
 * By method.
 */
by_method: Array<MethodLine>, 
/**
 * By provider.
 */
by_provider: Array<GroupLine>, 
/**
 * By cashier.
 */
by_cashier: Array<GroupLine>, 
/**
 * By hour, in the order of the business day.
 */
by_hour: Array<GroupLine>, 
/**
 * The same weekday a week before.
 */
compared: Compared, 
/**
 * Seconds from opening to paid: the middle of all.
 */
median_s: number | null, 
/**
 * Bills of the day.
 */
opened: number, 
/**
 * Of these, paid.
 */
paid: number, 
/**
 * How providers did.
 */
failures: Array<ProviderFailures>, 
/**
 * Slips.
 */
slips: SlipCounts, 
/**
 * What a person must look at, settled or not.
 */
exceptions: Array<ReviewItem>, 
/**
 * Bills that still owe.
 */
open_orders: Array<OpenOrder>, 
/**
 * Its Z reports, oldest first.
 */
closes: Array<ZLine>, 
/**
 * The number the next Z will have.
 */
next_z: number, 
/**
 * Money of it is in no Z yet.
 */
unclosed: boolean, 
/**
 * The owner's signature, as long as nothing moved since.
 */
signed: SignedLine | null, 
/**
 * It can be signed off now.
 */
may_close: boolean, 
/**
 * Why not: `open_review`, `not_over`, `not_closed`, `already`.
 */
why_not: ("open_review" | "not_over" | "not_closed" | "already")[], };
export type DayRequest = { 
/**
 * `YYYY-MM-DD`.
 */
date?: string, };
export type DaySignRequest = { 
/**
 * `YYYY-MM-DD`; today when left out.
 */
date?: string, 
/**
 * What the owner has to say.
 */
note?: string, };
export type SettleRequest = { 
/**
 * Its name.
 */
item: string, 
/**
 * How.
 */
outcome: "accepted" | "returned" | "other_order" | "wait" | "explained", 
/**
 * Why; needed unless it is accepted.
 */
note?: string, };
export type ShiftLine = { 
/**
 * Its number at this counter.
 */
number: number, 
/**
 * When it began.
 */
opened_at: string, 
/**
 * Who began it.
 */
opened_by: string | null, };
export type DrawerMove = { 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
by: string | null, 
/**
 * Which way.
 */
direction: "in" | "out", 
/**
 * How much.
 */
amount: string, 
/**
 * What for.
 */
reason: string, };
export type DifferenceLine = { 
/**
 * Of what.
 */
key: Method, 
/**
 * What was there.
 */
counted: string, 
/**
 * What should have been.
 */
expected: string, 
/**
 * Less is negative.
 */
difference: string, };
export type Shift = { 
/**
 * Always `shift`.
 */
type: "shift", 
/**
 * Its number at this counter.
 */
number: number, 
/**
 * At which counter.
 */
counter: string, 
/**
 * When it began.
 */
opened_at: string, 
/**
 * Who began it.
 */
opened_by: string | null, 
/**
 * What was in the drawer then.
 */
float: string, 
/**
 * Cash put in and taken out, oldest first.
 */
moves: Array<DrawerMove>, 
/**
 * How often it was counted.
 */
counts: number, 
/**
 * It may be counted (again).
 */
may_recount: boolean, 
/**
 * When it ended.
 */
closed_at: string | null, 
/**
 * Who ended it.
 */
closed_by: string | null, 
/**
 * What was counted against what was expected; told after the close, to whoever may review.
 */
difference: Array<DifferenceLine> | null, 
/**
 * Bills that went over to the next shift.
 */
carried_over: Array<string>, };
export type Shifts = { 
/**
 * The one that runs.
 */
open: Shift | null, 
/**
 * The last ones, newest first.
 */
last: Array<Shift>, };
export type Counted = { 
/**
 * Everything is as it should be.
 */
agrees: boolean, 
/**
 * It does not agree and may be counted once more.
 */
may_recount: boolean, 
/**
 * The shift.
 */
shift: Shift, };
export type ShiftOpenRequest = { 
/**
 * Baht in the drawer.
 */
float: string, };
export type DrawerMoveRequest = { 
/**
 * Which way.
 */
direction: "in" | "out", 
/**
 * Baht.
 */
amount: string, 
/**
 * What for.
 */
reason: string, };
export type CountedSum = { 
/**
 * Of what.
 */
method: Method, 
/**
 * How much; nothing is an answer too.
 */
amount: string, };
export type ShiftCountRequest = { 
/**
 * Each method at most once.
 */
counted: Array<CountedSum>, };
export type PayoutLine = { 
/**
 * Always `payout`.
 */
type: "payout", 
/**
 * Our id.
 */
payout_id: string, 
/**
 * From whom.
 */
provider: Provider, 
/**
 * To which registered account.
 */
account: string, 
/**
 * How much.
 */
amount: string, 
/**
 * `requested`, `done`, `failed` or `unknown`.
 */
state: "requested" | "done" | "failed" | "unknown", 
/**
 * The provider's reference.
 */
provider_ref: string | null, 
/**
 * What the provider keeps.
 */
fee: string | null, 
/**
 * The provider's own word.
 */
reason: string | null, };
export type PayoutTarget = { 
/**
 * What the shop calls it.
 */
label: string, 
/**
 * Its bank.
 */
bank_code: string, 
/**
 * The last four figures.
 */
account_no: string, 
/**
 * Whose it is.
 */
account_name: string, };
export type Payouts = { 
/**
 * Registered accounts; none means that payouts are off.
 */
accounts: Array<PayoutTarget>, 
/**
 * Newest first.
 */
payouts: Array<PayoutLine>, 
/**
 * What may go out in one day.
 */
day_limit: string, 
/**
 * Hours an account waits after it was added or changed.
 */
cool_down_hours: number, };
export type PayoutRequest = { 
/**
 * From whom.
 */
provider: Provider, 
/**
 * To which registered account.
 */
account: string, 
/**
 * As typed.
 */
amount: string, };
export type PayoutSettleRequest = { 
/**
 * Which.
 */
payout_id: string, 
/**
 * What the dashboard says.
 */
outcome: "done" | "failed", };
export type SavedFile = { 
/**
 * Where it lies.
 */
path: string, 
/**
 * Its name.
 */
name: string, 
/**
 * How long it is.
 */
bytes: number, };
export type PrinterState = { 
/**
 * What it is.
 */
kind: "none" | "tcp" | "device", 
/**
 * Jobs that wait.
 */
waiting: number, 
/**
 * Why they wait.
 */
error: "unreachable" | "refused" | "paper_or_offline" | "permission" | "not_found" | "queue_unreadable" | null, 
/**
 * When it last took a whole job.
 */
printed_at: string | null, 
/**
 * What waits, oldest first.
 */
jobs: Array<PrintJob>, };
export type PrintJob = { 
/**
 * Its name.
 */
id: string, 
/**
 * What it is.
 */
what: "receipt" | "credit_note" | "report" | "test_page" | "drawer", 
/**
 * Since when it waits.
 */
since: string, };
export type ReceiptView = { 
/**
 * Its number.
 */
number: string, 
/**
 * The order, completed.
 */
order: Order, 
/**
 * It had its number before, and says so.
 */
copy: boolean, 
/**
 * How it looks, a PNG as base64.
 */
picture_base64: string, 
/**
 * The same as PDF.
 */
file: SavedFile, };
export type ReceiptRequest = { 
/**
 * Id or number.
 */
order: string, 
/**
 * On which paper.
 */
paper: "58" | "80" | "a4", 
/**
 * The credit note of this refund instead.
 */
refund_id?: string, };
export type PrintRequest = { 
/**
 * Id or number.
 */
order: string, 
/**
 * The credit note of this refund instead.
 */
refund_id?: string, };
export type JobRequest = { 
/**
 * Its name.
 */
id: string, };
export type DayPaperRequest = { 
/**
 * `YYYY-MM-DD`.
 */
date: string, 
/**
 * Which paper.
 */
what: "x" | "z" | "day", 
/**
 * Which Z; the last of the day when left out.
 */
number?: number, };
export type ExportRequest = { 
/**
 * First business day.
 */
from: string, 
/**
 * Last business day.
 */
to: string, 
/**
 * Of what.
 */
what: "orders" | "day" | "z" | "methods" | "reconcile", 
/**
 * As what.
 */
format: "csv" | "xlsx" | "pdf", };
export type SettingsView = { 
/**
 * Every key, as in settings.toml, with what holds now; `null` where nothing is set.
 */
values: Record<string, unknown>, 
/**
 * Keys of providers, without their values.
 */
secrets: Array<SecretLine>, 
/**
 * Keys that the environment sets, whatever the file says.
 */
overridden: Array<string>, 
/**
 * New keys go into the computer's keychain.
 */
keychain: boolean, 
/**
 * Stands for the file as it was read; to be given back with a change.
 */
file_version: string, 
/**
 * Nothing here is real.
 */
training: boolean, 
/**
 * What was changed holds after the next start.
 */
restart_needed: boolean, 
/**
 * Nobody has set this shop up yet.
 */
first_run: boolean, };
export type SecretLine = { 
/**
 * Its variable.
 */
name: string, 
/**
 * There is one.
 */
set: boolean, 
/**
 * Where it lies.
 */
from: "environment" | "keychain" | "file" | null, 
/**
 * It moves real money, where its letters say so.
 */
live: boolean | null, };
export type SettingsPutRequest = { 
/**
 * What.
 */
changes: Array<SettingChangeLine>, 
/**
 * The file that was looked at.
 */
file_version: string, };
export type SettingChangeLine = { 
/**
 * As in settings.toml.
 */
key: string, 
/**
 * The new value.
 */
value: unknown, };
export type SecretPutRequest = { 
/**
 * Its variable.
 */
name: string, 
/**
 * The key.
 */
value: string, };
export type BackupState = { 
/**
 * Where they go by themselves.
 */
folder: string | null, 
/**
 * How often.
 */
every_hours: number, 
/**
 * The newest.
 */
last: CopyLine | null, 
/**
 * Why the last one was not made.
 */
error: string | null, 
/**
 * They can be encrypted.
 */
passphrase_set: boolean, };
export type CopyLine = { 
/**
 * When it was made.
 */
at: string, 
/**
 * Where it lies.
 */
path: string, 
/**
 * How long it is.
 */
bytes: number, };
export type DrillRequest = { 
/**
 * Which; the newest when left out.
 */
path?: string, 
/**
 * Its passphrase; the one that is kept when left out.
 */
passphrase?: string, };
export type Proof = { 
/**
 * Nothing is wrong.
 */
ok: boolean, 
/**
 * Events read.
 */
events: number, 
/**
 * Bills rebuilt.
 */
orders: number, 
/**
 * The first thing that is wrong.
 */
fault: string | null, };
export type Announcement = { 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
by: string | null, 
/**
 * What.
 */
what: "account_changed" | "key_changed" | "provider_changed", 
/**
 * Of what.
 */
subject: string, };
export type PersonLine = { 
/**
 * Unique.
 */
name: string, 
/**
 * What they are.
 */
role: Role, 
/**
 * No longer works here.
 */
disabled: boolean, 
/**
 * Seconds until a PIN is taken again, after wrong ones.
 */
locked_for_s: number | null, };
export type People = { 
/**
 * By name.
 */
people: Array<PersonLine>, };
export type PersonAddRequest = { 
/**
 * Unique.
 */
name: string, 
/**
 * What they are.
 */
role: Role, 
/**
 * Four to twelve digits.
 */
pin: string, };
export type PersonChangeRequest = { 
/**
 * Whom.
 */
name: string, 
/**
 * What they are from now on.
 */
role?: Role, 
/**
 * A new PIN.
 */
pin?: string, 
/**
 * Whether they no longer work here.
 */
disabled?: boolean, };
export type PinChangeRequest = { 
/**
 * Four to twelve digits.
 */
pin: string, };
export type JournalLine = { 
/**
 * Its place.
 */
number: number, 
/**
 * When.
 */
at: string, 
/**
 * Who, when known.
 */
by: string | null, 
/**
 * Word of what was done.
 */
what: string, 
/**
 * To whom or what.
 */
subject: string, 
/**
 * Facts, before and after.
 */
facts: Record<string, unknown>, };
export type Journal = { 
/**
 * Newest first.
 */
lines: Array<JournalLine>, 
/**
 * There are older ones.
 */
more: boolean, };
export type JournalRequest = { 
/**
 * Older than this line.
 */
before?: number, 
/**
 * Only this word.
 */
what?: string, };
export type ErrorCode = "amount_invalid" | "amount_too_small" | "amount_too_large" | "method_unavailable" | "no_provider" | "misconfigured" | "provider_down" | "not_found" | "wrong_state" | "pin_wrong" | "pin_locked" | "forbidden" | "locked" | "approval_needed" | "no_people" | "person_refused" | "reason_missing" | "coin_not_taken" | "cash_too_little" | "payout_refused" | "ledger_unavailable" | "shift_refused" | "day_refused" | "day_open_items" | "no_printer" | "bad_setting" | "changed_meanwhile" | "backup_refused" | "file_not_written" | "not_built" | "bad_request" | "internal";
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
  sign_in: { req: SignInRequest; reply: Session };
  lock: { req: Nothing; reply: Session };
  charge: { req: ChargeRequest; reply: Order };
  order_get: { req: OrderRequest; reply: Order };
  order_recent: { req: RecentRequest; reply: Orders };
  order_retry: { req: RetryRequest; reply: Order };
  order_check: { req: OrderRequest; reply: Checked };
  order_cancel: { req: OrderRequest; reply: Order };
  order_confirm: { req: ConfirmRequest; reply: Order };
  order_find: { req: OrderFind; reply: Found };
  order_timeline: { req: OrderRequest; reply: Bill };
  refund_offer: { req: OrderRequest; reply: RefundOffer };
  order_refund: { req: RefundRequest; reply: Order };
  day_review: { req: DayRequest; reply: DayReview };
  review_settle: { req: SettleRequest; reply: ReviewItem };
  day_close: { req: DayRequest; reply: ZLine };
  day_sign: { req: DaySignRequest; reply: DayReview };
  day_paper: { req: DayPaperRequest; reply: SavedFile };
  day_print: { req: DayPaperRequest; reply: PrinterState };
  day_export: { req: ExportRequest; reply: SavedFile };
  order_receipt: { req: ReceiptRequest; reply: ReceiptView };
  receipt_print: { req: PrintRequest; reply: PrinterState };
  printer_state: { req: Nothing; reply: PrinterState };
  printer_test: { req: Nothing; reply: PrinterState };
  printer_drop: { req: JobRequest; reply: PrinterState };
  settings_get: { req: Nothing; reply: SettingsView };
  settings_put: { req: SettingsPutRequest; reply: SettingsView };
  secret_put: { req: SecretPutRequest; reply: SettingsView };
  backup_state: { req: Nothing; reply: BackupState };
  backup_now: { req: Nothing; reply: BackupState };
  backup_drill: { req: DrillRequest; reply: Proof };
  ledger_verify: { req: Nothing; reply: Proof };
  diagnostics: { req: Nothing; reply: SavedFile };
  payout_list: { req: Nothing; reply: Payouts };
  payout_make: { req: PayoutRequest; reply: PayoutLine };
  payout_settle: { req: PayoutSettleRequest; reply: PayoutLine };
  shift_state: { req: Nothing; reply: Shifts };
  shift_open: { req: ShiftOpenRequest; reply: Shift };
  drawer_move: { req: DrawerMoveRequest; reply: Shift };
  shift_count: { req: ShiftCountRequest; reply: Counted };
  shift_close: { req: Nothing; reply: Shift };
  people_list: { req: Nothing; reply: People };
  person_add: { req: PersonAddRequest; reply: PersonLine };
  person_change: { req: PersonChangeRequest; reply: PersonLine };
  pin_change: { req: PinChangeRequest; reply: PersonLine };
  audit_list: { req: JournalRequest; reply: Journal };
  provider_list: { req: Nothing; reply: Providers };
  provider_test: { req: ProviderRequest; reply: ProviderTest };
  balance: { req: ProviderRequest; reply: Balance };
  reconcile: { req: ReconcileRequest; reply: Reconcile };
  slip_verify: { req: SlipRequest; reply: Slip };
  slip_waiting: { req: Nothing; reply: Slips };
  slip_picture: { req: SlipPictureRequest; reply: SlipPictureReply };
  training_act: { req: TrainingRequest; reply: Nothing };
  training_slip: { req: TrainingSlipRequest; reply: TrainingSlip };
}
