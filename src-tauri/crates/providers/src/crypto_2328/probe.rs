//! The connection test: names the first fault between this till and the project, and changes nothing there.

use super::calls::{self, Endpoint};
use super::json::Json;
use super::wire::{self, Complaint};
use super::{Crypto2328, fault, limits, map};
use crate::http::CallError;
use keptang_ports::{Fault, ProviderError, TestReport};
use reqwest::Url;
use std::net::IpAddr;

/// Nothing here depends on the clock to the second; a minute is worth setting right.
const CLOCK_SKEW_MS_MAX: i64 = 60_000;

impl Crypto2328 {
    pub(super) async fn probe(&self) -> TestReport {
        let currency = self.terms.as_ref().map_or("", |terms| terms.currency.word());
        TestReport {
            fault: self.first_fault().await.err(),
            message_th: format!("เชื่อมต่อ 2328.io ได้ คีย์ถูกต้อง ออกใบแจ้งเป็น {currency} และรับเหรียญที่ตั้งไว้ได้"),
            message_en: format!(
                "2328.io answers, the key is right, invoices can be in {currency} and the chosen coins are taken."
            ),
        }
    }

    async fn first_fault(&self) -> Result<(), Fault> {
        let terms = self.terms.as_ref().map_err(Clone::clone)?;
        // The balance is told to the key only; rates may be told to anybody.
        self.ask(calls::BALANCE).await?;
        let rates = self.ask(calls::RATES).await?;
        if !wire::mentions(&rates, terms.currency.word()) {
            return Err(fault::unsupported_currency());
        }
        let directions = limits::read(&self.ask(calls::DIRECTIONS).await?).ok_or_else(fault::unexpected)?;
        self.take_limits(&directions);
        for pair in &terms.pairs {
            if !directions
                .iter()
                .any(|direction| direction.open && direction.is(pair))
            {
                return Err(fault::pair_closed(&format!("{}/{}", pair.coin, pair.network)));
            }
        }
        // The simulator on this machine may call back to this machine.
        let public = self.config.public_url.as_deref().is_none_or(is_public);
        if !terms.at_home && !public {
            return Err(fault::callback_not_public());
        }
        let offset_ms = self.channel.clock_ahead_ms();
        match offset_ms.filter(|ms| ms.saturating_abs() > CLOCK_SKEW_MS_MAX) {
            Some(ahead_ms) => Err(fault::clock_skew(ahead_ms)),
            None => Ok(()),
        }
    }

    async fn ask(&self, endpoint: Endpoint) -> Result<Json, Fault> {
        let answer = match self.get(endpoint, self.channel.deadline()).await {
            Ok(answer) => answer.map_err(|error| match error {
                CallError::NotSent | CallError::Lost => fault::unreachable(),
                CallError::TooSoon { .. } => fault::too_many_requests(),
            })?,
            Err(ProviderError::Misconfigured(fault)) => return Err(*fault),
            Err(_) => return Err(fault::unexpected()),
        };
        if let Some(result) = wire::result_or_list(&answer.body).filter(|_| answer.status == 200) {
            return Ok(result);
        }
        let complaint = Complaint::from_answer(answer.status, &answer.body);
        let named = map::settings_fault(answer.status, &answer.body, complaint.as_ref());
        Err(named.unwrap_or_else(|| match answer.status {
            404 => fault::path_not_found(),
            429 => fault::too_many_requests(),
            500.. => fault::unreachable(),
            _ => fault::unexpected(),
        }))
    }
}

/// Whether a host may be reached from the internet, as far as its name tells: the provider refuses targets of a
/// private network (crypto-2328.md §4).
fn is_public(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified())
        }
        Ok(IpAddr::V6(ip)) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
        Err(_) => host.contains('.') && !host.ends_with(".local") && !host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn addresses_of_a_private_network_are_told_apart() {
        for (address, public) in [
            ("https://till.example.com", true),
            ("http://203.0.113.7:8787", true),
            ("https://[2001:db8::1]/", true),
            ("http://127.0.0.1:8787", false),
            ("http://localhost:8787", false),
            ("http://192.168.1.4", false),
            ("http://10.0.0.1", false),
            ("http://[::1]/", false),
            ("http://[fd00::1]/", false),
            ("http://counter.local", false),
            ("http://counter", false),
            ("not an address", false),
        ] {
            assert_eq!(is_public(address), public, "{address}");
        }
    }
}
