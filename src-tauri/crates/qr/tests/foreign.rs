//! Pictures that nothing of ours drew. The slips are web pages with codes by another encoder, photographed by a browser and
//! spoiled with ImageMagick; no transfer in them was ever made. All of them are read, so that a change that helps with
//! our own generator's pictures and harms these is seen.
#![allow(clippy::unwrap_used)]

use keptang_qr::{ReadError, SlipLimits, read_slip};

const GREEN: &str = "0041000600000101030040220016325TESTXZ000000015102TH9104A037";
const PURPLE: &str = "0046000600000101030140225202611210TESTTESTabcd00025102TH9104F4BC";
const BLUE: &str = "004000060000010103002021900020261121000000035102TH91046004";
const YELLOW: &str = "0043000600000101030250222TEST0000000000000000045102TH9104B0FD";
const CYAN: &str = "0043000600000101030060222C20261121000000TEST05A5102TH9104C8EB";
const INVERTED: &str = "004100060000010103011022020261121000000TEST075102TH91048B4C";
const WALLET: &str = "00480002010102010203P2P0313TXN00000000080408211120269104abb2";
const TWO: &str = "0041000600000101030040220016325TESTXZ000000105102TH91047B0B";

fn texts(file: &str, wanted: &str) -> Vec<String> {
    let path = format!("{}/tests/foreign/{file}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    match read_slip(&bytes, &SlipLimits::default(), |text| text == wanted) {
        Ok(found) => found.into_iter().map(|found| found.text).collect(),
        Err(ReadError::NoQr { .. }) => Vec::new(),
        Err(error) => panic!("{file}: {error}"),
    }
}

#[test]
fn pictures_from_elsewhere_are_read() {
    for (file, text) in [
        ("thumbnail.jpg", GREEN),
        ("strip.jpg", GREEN),
        ("fax.gif", GREEN),
        ("thumb.jpg", GREEN),
        ("q5.webp", PURPLE),
        ("thermal.png", PURPLE),
        ("moire.jpg", PURPLE),
        ("glare.jpg", PURPLE),
        ("blur.jpg", BLUE),
        ("dark.jpg", YELLOW),
        ("mirrored.jpg", CYAN),
        ("dark_turned.jpg", INVERTED),
        ("steep.jpg", INVERTED),
        ("bent_wallet.jpg", WALLET),
        ("beside_shop_qr.jpg", TWO),
    ] {
        let found = texts(file, text);
        assert!(found.iter().any(|found| found == text), "{file}: {found:?}");
        let others = found
            .iter()
            .filter(|found| *found != text && !found.starts_with("000201"));
        assert_eq!(others.count(), 0, "{file}: {found:?}");
    }
}
