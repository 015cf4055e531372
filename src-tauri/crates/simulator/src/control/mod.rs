//! The control panel: plays the customer, sets faults, and tells what was seen.
//!
//! Below `/_control`, JSON in and out, no credentials (the server listens on this machine only). Errors are
//! `{"error": "<sentence>"}` with 400 (bad request), 404 (unknown id) or 409 (wrong state).
//!
//! | Request | Body | Answer |
//! |---|---|---|
//! | `GET /_control` | | a page for people |
//! | `GET /_control/charges` | | `[ChargeView]`, oldest first |
//! | `GET /_control/payouts` | | the JWT gateway's withdrawals in the same form; `pay` and `fail` end them |
//! | `POST /_control/charges/{id}/{action}` | [`ActRequest`], may be empty | [`ChargeView`] |
//! | `POST /_control/charges/{id}/webhook` | `{"variant": {…}}`, may be empty | sends the last callback (Omise: `charge.complete`) again |
//! | `GET /_control/faults` | | `[ActiveRule]` |
//! | `POST /_control/faults` | [`FaultRule`] | the [`ActiveRule`] |
//! | `DELETE /_control/faults`, `…/faults/{id}` | | `{}` |
//! | `POST /_control/release` | | frees hanging requests and held webhooks |
//! | `POST /_control/webhook-url` | `{"url": "http://…"}` or `{"url": null}` | `{}` |
//! | `POST /_control/rotate-secret` | `{"secret": "<base64>"}`, may be empty | `{"secret": "<base64>"}` |
//! | `POST /_control/clock` | `{"advance_ms": 1000}` | `{"now": "…Z"}` |
//! | `GET /_control/settings` | | [`Settings`] |
//! | `POST /_control/settings` | [`Settings`]; what is left out takes its default | the [`Settings`] |
//! | `GET /_control/easyslip/slips` | | `[SlipView]`, oldest first |
//! | `POST /_control/easyslip/slips` | [`NewSlip`] | [`SlipView`]; 409 when the bank has issued the number already |
//! | `POST /_control/easyslip/slips/{id}/publish` | [`Publish`], counted from now | [`SlipView`] |
//! | `GET /_control/easyslip/slips/{id}/picture` | | its QR as a PNG |
//! | `POST /_control/easyslip/make_slip` | [`MakeSlip`] | [`MadeSlip`]: what a customer with this story holds up |
//! | `POST /_control/easyslip/pictures` | [`HostedPicture`] | `{}`; what verification by URL finds |
//! | `GET /_control/easyslip/usage` | | quota used: `{branch: Usage}` |
//! | `GET /_control/stats` | | [`Stats`] |
//! | `POST /_control/reset` | | forgets charges, faults, counts, rotations, moved time and changed settings |
//!
//! Actions: `pay` (pending only; `amount_satang` makes the provider report another amount, `funding` decides
//! whether partial refunds work), `pay_late` (expired or failed), `fail` (pending; `failure_code`), `expire`
//! (pending), `reverse` (pending or successful). All providers but Omise: `pay_twice` (pending, or paid already),
//! `hold` (pending), `set_status` (any state; `status` is the provider's own word, announced like any other
//! change). Crypto only: `choose` (`coin`, `network`), and `pay` again after a payment that was too small; there
//! `amount_satang` is hundredths of the invoice currency. `after_ms` postpones any of them. Ids are the providers' own: `chrg_…`, `ref_id`, `referenceId`,
//! `uuid`.
//!
//! A fault rule: `{"fault": {"kind": "slow", "delay_ms": 500}, "endpoint": "omise.charge.get", "lasts":
//! "once" | {"times": 3} | "always", "processed": true}`; all but `fault` may be left out. Kinds and their
//! fields are the variants of [`Fault`](crate::faults::Fault), in snake case; webhook faults are
//! `{"kind": "webhook", "variant": {"kind": "duplicate", "copies": 3}, "key": "charge.complete"}`. The key of a
//! gateway's callback is its status word. A webhook rule with an `endpoint` is used by that endpoint's provider
//! only, and a fault that a provider cannot have is left for one that can.

mod client;
mod panel;
mod routes;
mod slip_client;
mod slips;
mod wire;

pub use client::{Client, ControlError};
pub(crate) use routes::router;
pub(crate) use wire::Act;
pub use wire::{ActRequest, Action, ChargeView, Funding};

pub use crate::easyslip::{HostedPicture, MadeSlip, MakeSlip, NewSlip, Publish, SlipView, Story, Usage};
pub use crate::faults::{ActiveRule, FaultRule};
pub use crate::settings::Settings;
pub use crate::stats::Stats;
