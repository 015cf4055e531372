//! Which provider serves a method now.

use crate::till::Till;
use keptang_domain::{Method, Money, ProviderId};
use keptang_ports::Fault;

/// Why no provider can serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// Nobody is set up for the method.
    #[error("no provider is set up for {method}")]
    NoProvider {
        /// Which.
        method: Method,
    },
    /// The named provider is not set up, or serves another method.
    #[error("{provider} is not set up for {method}")]
    NotThisProvider {
        /// Asked for.
        provider: ProviderId,
        /// Asked for.
        method: Method,
    },
    /// The amount is outside what the providers of the method take.
    #[error("{method} takes {min} to {max} baht")]
    AmountOutside {
        /// Which.
        method: Method,
        /// Smallest.
        min: Money,
        /// Largest.
        max: Money,
    },
    /// The settings of the only provider are wrong.
    #[error("a setting is wrong: {}", .0.setting)]
    Misconfigured(Box<Fault>),
}

impl Till {
    /// The provider to ask: the named one, or the first of the method that takes the amount and is set up right.
    pub fn route(
        &self,
        method: Method,
        named: Option<ProviderId>,
        amount: Money,
    ) -> Result<ProviderId, RouteError> {
        let candidates: Vec<ProviderId> = match named {
            Some(provider) if provider.method() == method && self.provider(provider).is_some() => {
                vec![provider]
            }
            Some(provider) => return Err(RouteError::NotThisProvider { provider, method }),
            None => self.config().routing.get(&method).cloned().unwrap_or_default(),
        };
        let mut why = RouteError::NoProvider { method };
        for id in candidates {
            let Some(provider) = self.provider(id) else {
                continue;
            };
            let profile = provider.profile();
            if let Some(fault) = &profile.fault {
                why = keep_first(why, RouteError::Misconfigured(Box::new(fault.clone())));
            } else if amount < profile.min || amount > profile.max {
                why = keep_first(
                    why,
                    RouteError::AmountOutside {
                        method,
                        min: profile.min,
                        max: profile.max,
                    },
                );
            } else {
                return Ok(id);
            }
        }
        Err(why)
    }
}

/// The first choice's reason is the one the cashier can do something about.
fn keep_first(known: RouteError, new: RouteError) -> RouteError {
    if matches!(known, RouteError::NoProvider { .. }) {
        new
    } else {
        known
    }
}
