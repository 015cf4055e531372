//! Web addresses in settings: https anywhere, plain http to this machine only (cli.md, Common).

use url::{Host, Url};

/// Whether `text` may be a base or public address: https, or http on a loopback host; no user name or password
/// (that would be a secret), no query, no fragment.
pub(crate) fn is_acceptable(text: &str) -> bool {
    // The parser forgives tabs, backslashes and missing slashes; a settings file should not need that.
    if text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
    {
        return false;
    }
    let Ok(url) = Url::parse(text) else { return false };
    let plain = url.username().is_empty() && url.password().is_none() && !text.contains('@');
    let bare = url.query().is_none() && url.fragment().is_none();
    let scheme = match url.scheme() {
        "https" => text.starts_with("https://") && url.host().is_some(),
        "http" => text.starts_with("http://") && url.host().is_some_and(|host| is_loopback(&host)),
        _ => false,
    };
    plain && bare && scheme
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::is_acceptable;

    #[test]
    fn https_or_loopback_only() {
        for good in [
            "https://api.omise.co",
            "https://api.2328.io/api",
            "https://relay.example.com:8443/x/",
            "http://127.0.0.1:8790/omise",
            "http://127.8.9.1/",
            "http://[::1]:80",
            "http://localhost:3000",
        ] {
            assert!(is_acceptable(good), "{good}");
        }
        for bad in [
            "",
            "api.omise.co",
            "http://api.omise.co",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0:80",
            "http://192.168.1.5",
            "http://[::ffff:8.8.8.8]",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https:api.omise.co",
            "https://",
            "https://user:pass@api.omise.co",
            "http://127.0.0.1@evil.example",
            "https://api.omise.co?key=1",
            "https://api.omise.co#x",
            "https://api.omise .co",
            "https:\\\\api.omise.co",
        ] {
            assert!(!is_acceptable(bad), "{bad}");
        }
    }
}
