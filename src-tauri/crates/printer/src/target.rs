//! Where a job goes.

use std::path::PathBuf;

/// The port on which receipt printers take raw bytes ("JetDirect", "raw").
const RAW_PORT: u16 = 9100;

/// A printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// In the network: a name or an IP address, and a port.
    Tcp {
        /// Name or address, without brackets.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// A device file (`/dev/usb/lp0`) or serial port (`COM3`) of this machine.
    Device(PathBuf),
}

/// The text is no address of a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a name or IP address, with or without a port: 192.168.1.50:9100")]
pub struct AddressError;

impl Target {
    /// A printer in the network, from `host`, `host:port`, `::1` or `[::1]:port`; without a port it is 9100.
    pub fn tcp(address: &str) -> Result<Self, AddressError> {
        let address = address.trim();
        let (host, port) = if let Some(rest) = address.strip_prefix('[') {
            let (host, port) = rest.split_once(']').ok_or(AddressError)?;
            (host, port.strip_prefix(':').or(port.is_empty().then_some("")))
        } else {
            match address.split_once(':') {
                Some((host, port)) if !port.contains(':') => {
                    (host, Some(port).filter(|port| !port.is_empty()))
                }
                Some(_) | None => (address, Some("")),
            }
        };
        let port = match port.ok_or(AddressError)? {
            "" => RAW_PORT,
            digits => Some(digits)
                .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|digits| digits.parse().ok())
                .filter(|port| *port != 0)
                .ok_or(AddressError)?,
        };
        let letters = |c: char| c.is_alphanumeric() || "-._:%".contains(c);
        if host.is_empty() || !host.chars().all(letters) {
            return Err(AddressError);
        }
        Ok(Self::Tcp {
            host: host.to_owned(),
            port,
        })
    }

    /// A device file or serial port.
    pub fn device(path: &str) -> Result<Self, AddressError> {
        let path = path.trim();
        if path.is_empty() {
            return Err(AddressError);
        }
        let serial = path
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("com"))
            && path.len() > 3
            && path[3..].bytes().all(|b| b.is_ascii_digit());
        // COM10 and above exist only in Windows' device namespace ("Naming Files, Paths, and Namespaces").
        let path = if cfg!(windows) && serial {
            format!(r"\\.\{path}")
        } else {
            path.to_owned()
        };
        Ok(Self::Device(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let rows = [
            ("192.168.1.50", Some(("192.168.1.50", 9100))),
            (" 192.168.1.50:9101 ", Some(("192.168.1.50", 9101))),
            ("printer.local", Some(("printer.local", 9100))),
            ("::1", Some(("::1", 9100))),
            ("[::1]", Some(("::1", 9100))),
            ("[fe80::1%eth0]:9100", Some(("fe80::1%eth0", 9100))),
            ("", None),
            (":9100", None),
            ("printer:", None),
            ("printer:0", None),
            ("printer:70000", None),
            ("printer:+1", None),
            ("[::1", None),
            ("[::1]9100", None),
            ("http://printer", None),
            ("a b", None),
        ];
        for (text, expected) in rows {
            let expected = expected
                .map(|(host, port)| Target::Tcp {
                    host: host.to_owned(),
                    port,
                })
                .ok_or(AddressError);
            assert_eq!(Target::tcp(text), expected, "{text}");
        }
        assert_eq!(
            Target::device("/dev/usb/lp0"),
            Ok(Target::Device("/dev/usb/lp0".into()))
        );
        assert_eq!(Target::device(" "), Err(AddressError));
    }
}
