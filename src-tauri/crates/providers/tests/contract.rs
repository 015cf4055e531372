//! Every provider keeps the contract of providers, over the simulator's other side of the wire.
#![allow(clippy::unwrap_used)]

mod contract {
    pub(crate) mod omise_truemoney;
    pub(crate) mod receiver;
}

use contract::omise_truemoney::omise_truemoney;

mod omise {
    use super::omise_truemoney;

    keptang_testkit::provider_contract!(omise_truemoney: status lookup cancel refunds notices);
}
