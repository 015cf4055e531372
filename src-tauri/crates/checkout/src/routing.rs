//! Which provider serves a method now.

use crate::till::Till;
use keptang_domain::order::{AttemptState, Order, Reason};
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
    /// The provider to ask: the named one, or the first of the method that takes the amount, is set up right and
    /// answered lately. When none answered lately, the owner's first choice is as good as any.
    pub fn route(
        &self,
        method: Method,
        named: Option<ProviderId>,
        amount: Money,
    ) -> Result<ProviderId, RouteError> {
        let fitting = match named {
            Some(provider) if provider.method() == method && self.provider(provider).is_some() => {
                self.fitting(method, vec![provider], amount)?
            }
            Some(provider) => return Err(RouteError::NotThisProvider { provider, method }),
            None => self.fitting(method, self.routed(method), amount)?,
        };
        let now = self.now();
        let awake = |id: &&ProviderId| !self.health(**id).is_tripped(now);
        Ok(*[&fitting.first]
            .into_iter()
            .chain(&fitting.rest)
            .find(awake)
            .unwrap_or(&fitting.first))
    }

    /// The provider to offer after the newest attempt failed in a way that left nothing behind: the next of the
    /// method that was not tried on this order. `None` when something may exist there (product.md §2.9).
    pub fn next_provider(&self, order: &Order) -> Option<ProviderId> {
        let newest = order.newest()?;
        let nothing_exists = newest.state == AttemptState::Failed
            && matches!(
                newest.reason,
                Some(Reason::Refused | Reason::Misconfigured | Reason::NotSent | Reason::Throttled)
            );
        if !nothing_exists {
            return None;
        }
        let method = newest.provider.method();
        let untried = self
            .routed(method)
            .into_iter()
            .filter(|id| order.attempts.iter().all(|attempt| attempt.provider != *id))
            .collect();
        self.fitting(method, untried, order.missing())
            .ok()
            .map(|fitting| fitting.first)
    }

    pub(crate) fn routed(&self, method: Method) -> Vec<ProviderId> {
        self.config().routing.get(&method).cloned().unwrap_or_default()
    }

    fn fitting(
        &self,
        method: Method,
        candidates: Vec<ProviderId>,
        amount: Money,
    ) -> Result<Fitting, RouteError> {
        let mut why = RouteError::NoProvider { method };
        let mut fitting = Vec::new();
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
                fitting.push(id);
            }
        }
        let mut fitting = fitting.into_iter();
        let first = fitting.next().ok_or(why)?;
        Ok(Fitting {
            first,
            rest: fitting.collect(),
        })
    }
}

/// Providers that can serve, in the owner's order.
struct Fitting {
    first: ProviderId,
    rest: Vec<ProviderId>,
}

/// The first choice's reason is the one the cashier can do something about.
fn keep_first(known: RouteError, new: RouteError) -> RouteError {
    if matches!(known, RouteError::NoProvider { .. }) {
        new
    } else {
        known
    }
}
