//! What a verification asks (page §2): one input, four options, as JSON or as a form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

use super::multipart;
use super::refusal::Refusal;
use super::wire::SlipKind;
use crate::app::Turn;
use crate::gateway::Call;
use crate::json::Doc;
use crate::money::scaled;
use crate::stats::ViolationKind;

const OPTIONS: [&str; 4] = ["remark", "matchAccount", "matchAmount", "checkDuplicate"];
const PAYLOAD_CHARS: RangeInclusive<usize> = 1..=128;
const TEXT_CHARS: RangeInclusive<usize> = 1..=255;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    Payload(String),
    Picture(Vec<u8>),
    Link(String),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) input: Input,
    pub(super) remark: Option<String>,
    pub(super) is_account_matched: bool,
    /// What the order is over.
    pub(super) order_satang: Option<i64>,
    pub(super) is_repeat_checked: bool,
}

impl Asked {
    pub(super) fn read(turn: &Turn<'_>, call: &Call, kind: SlipKind) -> Result<Self, Refusal> {
        let result = read(turn, call, kind);
        if result.is_err() {
            turn.app.record(ViolationKind::InvalidRequest, &call.label);
        }
        result
    }
}

fn read(turn: &Turn<'_>, call: &Call, kind: SlipKind) -> Result<Asked, Refusal> {
    let (fields, image) = fields(call)?;
    let inputs: &[&str] = match kind {
        SlipKind::Bank => &["payload", "image", "url", "base64"],
        // Page §8: no payload page exists.
        SlipKind::Truewallet => &["image", "url", "base64"],
    };
    let is_known = |name: &str| OPTIONS.contains(&name) || inputs.contains(&name);
    if fields.fields().iter().any(|(name, _)| !is_known(name)) {
        // Ignored, page §2; still nothing a client should send.
        turn.app.record(ViolationKind::UnknownField, &call.label);
    }
    Ok(Asked {
        input: input(&fields, image, inputs)?,
        remark: text(&fields, "remark", TEXT_CHARS)?,
        is_account_matched: flag(&fields, "matchAccount")?,
        order_satang: amount(&fields)?,
        is_repeat_checked: flag(&fields, "checkDuplicate")?,
    })
}

/// The fields as if they had come as JSON, and the file of a form.
fn fields(call: &Call) -> Result<(Doc, Option<Vec<u8>>), Refusal> {
    let content_type = call.header("content-type").unwrap_or_default();
    if call.is_json() {
        return match Doc::parse(&call.body) {
            Ok(body @ Doc::Object(_)) => Ok((body, None)),
            _ => Err(Refusal::invalid("The request body must be a JSON object")),
        };
    }
    if !content_type.starts_with("multipart/form-data") {
        return Err(Refusal::invalid("Unsupported content type"));
    }
    let parts = multipart::parts(content_type, &call.body)
        .ok_or_else(|| Refusal::invalid("The form data could not be read"))?;
    let mut fields = Vec::new();
    let mut image = None;
    for part in parts {
        if part.is_file && part.name == "image" {
            image = Some(part.body.to_vec());
            continue;
        }
        let text = String::from_utf8_lossy(part.body).into_owned();
        let value = match (part.name.as_str(), text.as_str()) {
            ("matchAccount" | "checkDuplicate", "true") => Doc::Flag(true),
            ("matchAccount" | "checkDuplicate", "false") => Doc::Flag(false),
            ("matchAmount", _) => Doc::Number(text),
            _ => Doc::Text(text),
        };
        fields.push((part.name, value));
    }
    Ok((Doc::Object(fields), image))
}

fn input(fields: &Doc, image: Option<Vec<u8>>, inputs: &[&str]) -> Result<Input, Refusal> {
    // A form's file is the only image there is: as JSON or as text it does not count.
    let named = |name: &&str| *name != "image" && fields.get(name).is_some();
    let count = inputs.iter().copied().filter(named).count() + usize::from(image.is_some());
    match count {
        0 => {
            let (last, first) = inputs.split_last().expect("there are inputs");
            let names = first.join(", ");
            return Err(Refusal::invalid(&format!(
                "At least one of {names}, or {last} is required"
            )));
        }
        1 => {}
        _ => return Err(Refusal::invalid("Only one input may be given")),
    }
    if let Some(image) = image {
        return Ok(Input::Picture(image));
    }
    if inputs.contains(&"payload")
        && let Some(payload) = text(fields, "payload", PAYLOAD_CHARS)?
    {
        return Ok(Input::Payload(payload));
    }
    if let Some(url) = text(fields, "url", TEXT_CHARS)? {
        return link(url);
    }
    let base64 = text(fields, "base64", 1..=usize::MAX)?.unwrap_or_default();
    let bare = match base64.split_once(";base64,") {
        Some((prefix, bare)) if prefix.starts_with("data:") => bare,
        _ => &base64,
    };
    let bytes = STANDARD.decode(bare);
    bytes
        .map(Input::Picture)
        .map_err(|_| Refusal::of("INVALID_IMAGE_FORMAT"))
}

fn text(fields: &Doc, name: &str, chars: RangeInclusive<usize>) -> Result<Option<String>, Refusal> {
    match fields.get(name) {
        None => Ok(None),
        Some(Doc::Text(text)) if chars.contains(&text.chars().count()) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::invalid(&format!("{name} is not valid"))),
    }
}

fn flag(fields: &Doc, name: &str) -> Result<bool, Refusal> {
    match fields.get(name) {
        None => Ok(false),
        Some(Doc::Flag(flag)) => Ok(*flag),
        Some(_) => Err(Refusal::invalid(&format!("{name} must be a boolean"))),
    }
}

/// Baht, more than nothing, at most two decimals.
fn amount(fields: &Doc) -> Result<Option<i64>, Refusal> {
    let satang = match fields.get("matchAmount") {
        None => return Ok(None),
        Some(Doc::Number(baht)) => scaled(baht, 2).filter(|satang| *satang > 0),
        Some(_) => None,
    };
    satang
        .map(Some)
        .ok_or_else(|| Refusal::invalid("matchAmount must be a positive number"))
}

/// Page §2: http and https only, no private address.
fn link(text: String) -> Result<Input, Refusal> {
    let url = Url::parse(&text).map_err(|_| Refusal::invalid("url is not valid"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::of("URL_PROTOCOL_NOT_ALLOWED"));
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_public = match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => is_public_v4(address),
        Ok(IpAddr::V6(address)) => is_public_v6(address),
        Err(_) => bare.contains('.') && !bare.ends_with(".local") && !bare.ends_with(".localhost"),
    };
    if is_public {
        Ok(Input::Link(text))
    } else {
        Err(Refusal::of("URL_INVALID_IP_RANGE"))
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !(address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let is_mapped_private = address.to_ipv4_mapped().is_some_and(|inner| !is_public_v4(inner));
    !(address.is_loopback() || address.is_unspecified() || address.is_unique_local() || is_mapped_private)
}
