//! The providers of this till, by their word.

use keptang_domain::ProviderId;
use keptang_ports::PaymentProvider;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every provider that is switched on. Filled once by the composition root.
#[derive(Clone, Default)]
pub struct Providers {
    by_id: BTreeMap<ProviderId, Arc<dyn PaymentProvider>>,
}

impl Providers {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this provider too; one of the same word is replaced.
    #[must_use]
    pub fn with(mut self, provider: impl PaymentProvider + 'static) -> Self {
        self.by_id.insert(provider.id(), Arc::new(provider));
        self
    }

    /// With this provider too, which somebody else holds as well.
    #[must_use]
    pub fn with_shared(mut self, provider: Arc<dyn PaymentProvider>) -> Self {
        self.by_id.insert(provider.id(), provider);
        self
    }

    /// The provider of that word, when it is switched on.
    pub fn get(&self, id: ProviderId) -> Option<&Arc<dyn PaymentProvider>> {
        self.by_id.get(&id)
    }

    /// All of them, in the order of product.md.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn PaymentProvider>> {
        self.by_id.values()
    }
}

impl IntoIterator for Providers {
    type Item = (ProviderId, Arc<dyn PaymentProvider>);
    type IntoIter = std::collections::btree_map::IntoIter<ProviderId, Arc<dyn PaymentProvider>>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_id.into_iter()
    }
}
