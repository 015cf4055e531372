//! Rebuilding orders from their events, through the same two functions that made them.

use crate::payload;
use keptang_domain::order::{Change, Order, OrderEvent};
use keptang_domain::{BusinessDay, DayCutoff, OrderId, Timestamp};
use keptang_ports::LedgerError;

/// One row of `order_events`, as far as an order is made of it.
pub(crate) struct StoredEvent {
    pub(crate) seq: i64,
    pub(crate) order: OrderId,
    pub(crate) version: i64,
    pub(crate) at: Timestamp,
    pub(crate) payload: String,
}

impl StoredEvent {
    /// Names the row in a message.
    pub(crate) fn place(&self) -> String {
        format!("order_events {}", self.seq)
    }

    /// What happened.
    pub(crate) fn event(&self) -> Result<OrderEvent, Misfit> {
        payload::decode(&self.payload).map_err(|error| Misfit::at(self, &format!("unreadable ({error})")))
    }

    /// The business day on which its money counts. Events of older tills carry no stamp; they were written while the
    /// cut-off was not part of the ledger, so they count by the default one.
    pub(crate) fn counts_on(&self) -> Result<BusinessDay, Misfit> {
        let stamp = payload::stamp(&self.payload)
            .map_err(|error| Misfit::at(self, &format!("unreadable day ({error})")))?;
        Ok(stamp.unwrap_or_else(|| self.at.business_day(DayCutoff::DEFAULT)))
    }

    /// What it did to the order so far.
    pub(crate) fn apply(&self, before: Option<&Order>) -> Result<Change, Misfit> {
        let change = match (self.event()?, before) {
            (OrderEvent::Opened(opening), None) => Order::open(self.order, opening, self.at)
                .map(Some)
                .map_err(|error| Misfit::at(self, &error.to_string()))?,
            (event, Some(order)) => order
                .record(event, self.at)
                .map_err(|error| Misfit::at(self, &error.to_string()))?,
            (_, None) => return Err(Misfit::at(self, "the order does not begin with its opening")),
        };
        let change = change.ok_or_else(|| Misfit::at(self, "changes nothing"))?;
        if i64::try_from(change.after.version) != Ok(self.version) {
            return Err(Misfit::at(self, "the version does not follow"));
        }
        Ok(change)
    }
}

/// An event that cannot have happened; the text names its row.
#[derive(Debug)]
pub(crate) struct Misfit(pub(crate) String);

impl Misfit {
    fn at(event: &StoredEvent, what: &str) -> Self {
        Self(format!("{}: {what}", event.place()))
    }
}

impl From<Misfit> for LedgerError {
    fn from(misfit: Misfit) -> Self {
        Self::Corrupt { at: misfit.0 }
    }
}

/// The orders made of these events, which must stand together per order and in order of version.
pub(crate) fn orders(events: impl IntoIterator<Item = StoredEvent>) -> Result<Vec<Order>, Misfit> {
    let mut orders: Vec<Order> = Vec::new();
    for event in events {
        match orders.last_mut().filter(|order| order.id == event.order) {
            Some(order) => *order = event.apply(Some(order))?.after,
            None => orders.push(event.apply(None)?.after),
        }
    }
    Ok(orders)
}
