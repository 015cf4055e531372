//! The settings.toml that `keptang init` writes: every key, commented out, with a line of explanation.

use std::fmt::Write as _;

use crate::schema::{KEYS, Key, SECTIONS};

const HEAD: &str = "\
# การตั้งค่าเก็บตัง · Keptang settings
#
# บรรทัดที่ขึ้นต้นด้วย # ไม่มีผล ลบ # หน้าชื่อเพื่อเปลี่ยนค่า ค่าที่เห็นคือค่าเริ่มต้นหรือตัวอย่าง
# Lines that begin with # have no effect. Remove the # before a name to change it; what you see is the default or an example.
#
# คีย์และโทเคนเป็นความลับ ห้ามใส่ในไฟล์นี้
# Keys and tokens are secrets and never go into this file.
";

/// What `keptang init --training` fills in: a shop that cannot be mistaken for a real one, and the simulator.
const TRAINING: [(&str, &str); 9] = [
    ("training", "true"),
    ("shop.name", "\"ร้านฝึกเก็บตัง\""),
    ("shop.promptpay_id", "\"0800000000\""),
    (
        "providers.omise_truemoney.base_url",
        "\"http://127.0.0.1:8790/omise\"",
    ),
    (
        "providers.deposit_gateway.base_url",
        "\"http://127.0.0.1:8790/deposit_gateway\"",
    ),
    (
        "providers.jwt_gateway.base_url",
        "\"http://127.0.0.1:8790/jwt_gateway/api/v1\"",
    ),
    (
        "providers.crypto_2328.base_url",
        "\"http://127.0.0.1:8790/crypto_2328/api\"",
    ),
    ("slips.easyslip.base_url", "\"http://127.0.0.1:8790/easyslip\""),
    // No coin moves in training, and the owner can see what it is that the note is about.
    ("providers.crypto_2328.legal_note_acknowledged", "true"),
];

/// The text of a new settings.toml. With `training`, the few keys training needs are set and not commented.
#[must_use]
pub fn init_text(training: bool) -> String {
    let mut text = HEAD.to_owned();
    for section in SECTIONS {
        let _ = write!(text, "\n# ── {} · {} ──\n", section.th, section.en);
        if !section.path.is_empty() {
            let _ = writeln!(text, "[{}]", section.path);
        }
        for key in KEYS {
            let (parent, name) = key.path.rsplit_once('.').unwrap_or(("", key.path));
            if parent == section.path {
                write_key(&mut text, key, name, training);
            }
        }
    }
    text
}

fn write_key(text: &mut String, key: &Key, name: &str, training: bool) {
    let _ = writeln!(text, "# {} · {}", key.th, key.en);
    let filled_in = TRAINING.iter().find(|(path, _)| training && *path == key.path);
    let _ = match filled_in {
        Some((_, value)) => writeln!(text, "{name} = {value}"),
        None => writeln!(text, "#{name} = {}", key.shown),
    };
}
