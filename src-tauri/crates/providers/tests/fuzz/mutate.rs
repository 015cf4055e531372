//! How a body is altered: as a tree that may hold what no JSON writer would write, and then as bytes.

use crate::pool::{NUMBERS, READ, RESPELLINGS, WORDS};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

#[derive(Clone, Debug)]
enum Node {
    /// Written as it stands: numbers, `true`, and whatever is no JSON at all.
    Verbatim(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    /// The name is written in `\u` escapes.
    escaped: bool,
    value: Node,
}

impl Node {
    fn of(value: &super::oracle::Said) -> Self {
        if let Some(text) = value.text() {
            return Self::Text(text);
        }
        if let Some(items) = value.items() {
            return Self::List(items.iter().map(Self::of).collect());
        }
        match value.members() {
            Some(members) => Self::Object(
                members
                    .iter()
                    .map(|(name, value)| Member {
                        name: name.clone(),
                        escaped: false,
                        value: Self::of(value),
                    })
                    .collect(),
            ),
            None => Self::Verbatim(value.raw().to_owned()),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Verbatim(text) => out.push_str(text),
            Self::Text(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, member) in members.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    member.write_name(out);
                    out.push(':');
                    member.value.write(out);
                }
                out.push('}');
            }
        }
    }

    fn children(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Object(members) => members.len(),
            _ => 0,
        }
    }

    fn child(&self, at: usize) -> &Node {
        match self {
            Self::List(items) => &items[at],
            Self::Object(members) => &members[at].value,
            _ => unreachable!("it has no children"),
        }
    }

    fn child_mut(&mut self, at: usize) -> &mut Node {
        match self {
            Self::List(items) => &mut items[at],
            Self::Object(members) => &mut members[at].value,
            _ => unreachable!("it has no children"),
        }
    }

    /// The way to every value below this one, and whether some client reads it.
    fn ways(&self, way: &[usize], all: &mut Vec<(Vec<usize>, bool)>) {
        for at in 0..self.children() {
            let way = [way, &[at]].concat();
            let read = match self {
                Self::Object(members) => READ.contains(&members[at].name.as_str()),
                _ => true,
            };
            all.push((way.clone(), read));
            self.child(at).ways(&way, all);
        }
    }

    fn at_mut(&mut self, way: &[usize]) -> &mut Node {
        way.iter().fold(self, |node, at| node.child_mut(*at))
    }

    /// The characters of a number or a text.
    fn characters(&self) -> Option<&str> {
        match self {
            Self::Verbatim(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Member {
    fn write_name(&self, out: &mut String) {
        if self.escaped {
            let escapes: String = self
                .name
                .encode_utf16()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect();
            out.push_str(&format!("\"{escapes}\""));
        } else {
            out.push_str(&Value::from(self.name.as_str()).to_string());
        }
    }
}

/// One alteration of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    spot: Index,
    /// Only where some client reads.
    read: bool,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Drop,
    /// The same name again, before or after, with the same or another value.
    Twice(Option<Node>, bool, bool),
    Rename(String),
    Put(Node),
    Swap(Index),
    Wrap,
    Nest(usize),
    Respell(&'static str, &'static str),
    /// A number becomes a text and a text loses its quotes.
    Quote,
    OtherCase,
    EscapeName,
}

fn apply(tree: &mut Node, change: &Change) {
    let mut ways = Vec::new();
    tree.ways(&[], &mut ways);
    let read: Vec<_> = ways.iter().filter(|(_, read)| *read).cloned().collect();
    let among = if change.read && !read.is_empty() {
        &read
    } else {
        &ways
    };
    if among.is_empty() {
        return;
    }
    let way = &change.spot.get(among).0;
    let (last, above) = way.split_last().unwrap();
    match &change.what {
        What::Drop => match tree.at_mut(above) {
            Node::List(items) => drop(items.remove(*last)),
            Node::Object(members) => drop(members.remove(*last)),
            _ => {}
        },
        What::Twice(value, first, escaped) => match tree.at_mut(above) {
            Node::List(items) => items.insert(*last, items[*last].clone()),
            Node::Object(members) => {
                let mut again = members[*last].clone();
                again.escaped = *escaped;
                again.value = value.clone().unwrap_or(again.value);
                members.insert(if *first { 0 } else { members.len() }, again);
            }
            _ => {}
        },
        What::Rename(name) => {
            if let Node::Object(members) = tree.at_mut(above) {
                members[*last].name.clone_from(name);
            }
        }
        What::EscapeName => {
            if let Node::Object(members) = tree.at_mut(above) {
                members[*last].escaped = true;
            }
        }
        What::Put(value) => *tree.at_mut(way) = value.clone(),
        What::Swap(other) => {
            let other = &other.get(among).0;
            let (one, two) = (tree.at_mut(way).clone(), tree.at_mut(other).clone());
            if !other.starts_with(way) && !way.starts_with(other) {
                *tree.at_mut(way) = two;
                *tree.at_mut(other) = one;
            }
        }
        What::Wrap => {
            let node = tree.at_mut(way);
            *node = Node::List(vec![node.clone()]);
        }
        What::Nest(depth) => {
            let deep = format!("{}1{}", "[".repeat(*depth), "]".repeat(*depth));
            *tree.at_mut(way) = Node::Verbatim(deep);
        }
        What::Respell(before, after) => {
            let node = tree.at_mut(way);
            if let Some(text) = node.characters() {
                let text = format!("{before}{text}{after}");
                *node = match node {
                    Node::Text(_) => Node::Text(text),
                    _ => Node::Verbatim(text),
                };
            }
        }
        What::Quote => {
            let node = tree.at_mut(way);
            *node = match &*node {
                Node::Verbatim(text) => Node::Text(text.clone()),
                Node::Text(text) => Node::Verbatim(text.clone()),
                other => other.clone(),
            };
        }
        What::OtherCase => {
            if let Node::Text(text) = tree.at_mut(way) {
                *text = match text.to_uppercase() {
                    upper if upper != *text => upper,
                    _ => text.to_lowercase(),
                };
            }
        }
    }
}

/// What is done to the bytes.
#[derive(Clone, Debug)]
enum Raw {
    Untouched,
    Cut(Index),
    Flip(Index, u8),
    Insert(Index, &'static [u8]),
    Before(&'static [u8]),
    After(&'static [u8]),
    Instead(&'static [u8]),
    Noise(Vec<u8>),
    /// White space of this length in front.
    Blank(usize),
    /// That many names more.
    Names(usize),
    /// A text of that length under a new name.
    Length(usize),
    Doubled,
}

impl Raw {
    fn apply(&self, mut body: Vec<u8>) -> Vec<u8> {
        let inside = |extra: String, body: &[u8]| match body.iter().position(|byte| *byte == b'{') {
            Some(at) => [&body[..=at], extra.as_bytes(), &body[at + 1..]].concat(),
            None => body.to_vec(),
        };
        match self {
            Self::Untouched => {}
            Self::Cut(at) => body.truncate(at.index(body.len() + 1)),
            Self::Flip(at, bits) => {
                if !body.is_empty() {
                    let at = at.index(body.len());
                    body[at] ^= bits;
                }
            }
            Self::Insert(at, bytes) => {
                let at = at.index(body.len() + 1);
                body.splice(at..at, bytes.iter().copied());
            }
            Self::Before(bytes) => body = [*bytes, &body].concat(),
            Self::After(bytes) => body.extend_from_slice(bytes),
            Self::Instead(bytes) => body = bytes.to_vec(),
            Self::Noise(bytes) => body.clone_from(bytes),
            Self::Blank(bytes) => body = [vec![b' '; *bytes], body].concat(),
            Self::Names(count) => {
                let names: String = (0..*count).map(|at| format!("\"{at:x}\":0,")).collect();
                body = inside(names, &body);
            }
            Self::Length(bytes) => body = inside(format!("\"long\":\"{}\",", "x".repeat(*bytes)), &body),
            Self::Doubled => body = [body.clone(), body].concat(),
        }
        body
    }
}

/// How one case is made.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    seed: Option<Index>,
    changes: Vec<Change>,
    raw: Raw,
    /// HTTP status of the answer.
    pub(crate) status: u16,
    /// A callback is signed after its tree was altered.
    pub(crate) resigned: bool,
    /// A byte of a callback that is altered after it was signed.
    pub(crate) tampered: Option<(Index, u8)>,
}

impl Recipe {
    /// Nothing altered.
    pub(crate) fn plain(resigned: bool) -> Self {
        Self {
            seed: None,
            changes: Vec::new(),
            raw: Raw::Untouched,
            status: 200,
            resigned,
            tampered: None,
        }
    }

    pub(crate) fn pick<'a, T>(&self, among: &'a [T]) -> &'a T {
        self.seed.map_or(&among[0], |seed| seed.get(among))
    }

    pub(crate) fn cook(&self, seed: &[u8]) -> Vec<u8> {
        let body = match super::oracle::Said::read(seed) {
            Some(said) if !self.changes.is_empty() => {
                let mut tree = Node::of(&said);
                for change in &self.changes {
                    apply(&mut tree, change);
                }
                let mut text = String::new();
                tree.write(&mut text);
                text.into_bytes()
            }
            _ => seed.to_vec(),
        };
        self.raw.apply(body)
    }

    /// The signed body with one byte changed, when the recipe says so; `true` when it is another body then.
    pub(crate) fn tamper(&self, mut body: Vec<u8>) -> (Vec<u8>, bool) {
        if let (Some((at, bits)), false) = (&self.tampered, body.is_empty()) {
            let at = at.index(body.len());
            body[at] ^= bits;
            return (body, true);
        }
        (body, false)
    }
}

fn value() -> impl Strategy<Value = Node> {
    prop_oneof![
        8 => select(WORDS.to_vec()).prop_map(|word| Node::Text(word.to_owned())),
        6 => select(NUMBERS.to_vec()).prop_map(|number| Node::Verbatim(number.to_owned())),
        3 => select(NUMBERS.to_vec()).prop_map(|number| Node::Text(number.to_owned())),
        4 => select(vec!["null", "true", "false", "{}", "[]", "[[]]", "{\"a\":1,\"a\":2}", "NaN", "'x'", "\"\\ud800\"",
            "\"\\u0000\"", "\"\u{202e}\""]).prop_map(|raw| Node::Verbatim(raw.to_owned())),
        1 => ".{0,40}".prop_map(Node::Text),
        1 => (any::<bool>(), select(vec!["", "e0", "E1"]), 1_000..80_000_usize).prop_map(|(quoted, power, zeros)| {
            let long = format!("0.{}1{power}", "0".repeat(zeros));
            if quoted { Node::Text(long) } else { Node::Verbatim(long) }
        }),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let what = prop_oneof![
        4 => Just(What::Drop),
        3 => (proptest::option::of(value()), any::<bool>(), any::<bool>())
            .prop_map(|(value, first, escaped)| What::Twice(value, first, escaped)),
        1 => select(READ.to_vec()).prop_map(|name| What::Rename(name.to_owned())),
        1 => ".{0,12}".prop_map(What::Rename),
        10 => value().prop_map(What::Put),
        2 => any::<Index>().prop_map(What::Swap),
        1 => Just(What::Wrap),
        1 => select(vec![1, 31, 127, 200, 30_000]).prop_map(What::Nest),
        4 => select(RESPELLINGS.to_vec()).prop_map(|(before, after)| What::Respell(before, after)),
        2 => Just(What::Quote),
        2 => Just(What::OtherCase),
        1 => Just(What::EscapeName),
    ];
    (any::<Index>(), prop::bool::weighted(0.8), what).prop_map(|(spot, read, what)| Change {
        spot,
        read,
        what,
    })
}

fn raw() -> impl Strategy<Value = Raw> {
    const HTML: &[u8] = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>";
    let bits = prop_oneof![Just(0x20_u8), Just(0x80), Just(0x01), 1..=255_u8];
    prop_oneof![
        120 => Just(Raw::Untouched),
        6 => any::<Index>().prop_map(Raw::Cut),
        10 => (any::<Index>(), bits).prop_map(|(at, bits)| Raw::Flip(at, bits)),
        6 => (any::<Index>(), select(vec![&b"\0"[..], b"\xff", b"\xc3\x28", b"//", b"\\", b"\"", b"}", b",", b"\n"]))
            .prop_map(|(at, bytes)| Raw::Insert(at, bytes)),
        2 => select(vec![&b"\xef\xbb\xbf"[..], b"\xff\xfe", b")]}',\n", b"\0", b"\n"]).prop_map(Raw::Before),
        2 => select(vec![&b"\0"[..], b"{}", b"// x", b"<html>", b"\n\n"]).prop_map(Raw::After),
        4 => select(vec![&b""[..], HTML, b"null", b"[]", b"{}", b"\"paid\"", b"0", b"{\"state\":0}", b"[{}]", b"{\"data\":{}}"])
            .prop_map(Raw::Instead),
        2 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Raw::Noise),
        2 => select(vec![1, 1_000, 63_000, 1_040_000]).prop_map(Raw::Blank),
        1 => select(vec![10, 5_000, 70_000]).prop_map(Raw::Names),
        1 => select(vec![60_000, 900_000, 2_000_000]).prop_map(Raw::Length),
        1 => Just(Raw::Doubled),
    ]
}

pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    let status = prop_oneof![
        6 => Just(200_u16),
        2 => select(vec![201_u16, 202, 206, 299]),
        2 => select(vec![301_u16, 400, 401, 403, 404, 405, 408, 409, 422, 500, 502, 503]),
    ];
    let tampered = proptest::option::weighted(0.3, (any::<Index>(), 1..=255_u8));
    (
        any::<Index>(),
        prop::collection::vec(change(), 0..4),
        raw(),
        status,
        any::<bool>(),
        tampered,
    )
        .prop_map(|(seed, changes, raw, status, resigned, tampered)| Recipe {
            seed: Some(seed),
            changes,
            raw,
            status,
            resigned,
            tampered,
        })
}
