//! The banks EasySlip names, as far as its bank-code page is known (bank page, sources E and N).

/// Code, short name, Thai name without `ธนาคาร`, English name.
const BANKS: [(&str, &str, &str, &str); 26] = [
    ("002", "BBL", "กรุงเทพ", "BANGKOK BANK"),
    ("004", "KBANK", "กสิกรไทย", "KASIKORNBANK"),
    ("006", "KTB", "กรุงไทย", "KRUNGTHAI BANK"),
    ("011", "TTB", "ทหารไทยธนชาต", "TMBTHANACHART BANK"),
    ("014", "SCB", "ไทยพาณิชย์", "SIAM COMMERCIAL BANK"),
    ("017", "CITI", "ซิตี้แบงก์", "CITIBANK N.A."),
    (
        "020",
        "SCBT",
        "สแตนดาร์ดชาร์เตอร์ด (ไทย)",
        "STANDARD CHARTERED (THAI)",
    ),
    ("022", "CIMBT", "ซีไอเอ็มบี ไทย", "CIMB THAI"),
    ("024", "UOB", "ยูโอบี", "UNITED OVERSEAS BANK (THAI)"),
    ("025", "BAY", "กรุงศรีอยุธยา", "BANK OF AYUDHYA"),
    ("030", "GSB", "ออมสิน", "GOVERNMENT SAVINGS BANK"),
    ("033", "GHB", "อาคารสงเคราะห์", "GOVERNMENT HOUSING BANK"),
    (
        "034",
        "BAAC",
        "เพื่อการเกษตรและสหกรณ์การเกษตร",
        "BANK FOR AGRICULTURE AND AGRICULTURAL COOPERATIVES",
    ),
    (
        "035",
        "EXIM",
        "เพื่อการส่งออกและนำเข้าแห่งประเทศไทย",
        "EXPORT-IMPORT BANK OF THAILAND",
    ),
    ("039", "MHCB", "มิซูโฮ", "MIZUHO BANK"),
    ("045", "BNPP", "บีเอ็นพี พารีบาส์", "BNP PARIBAS"),
    ("052", "BOC", "แห่งประเทศจีน (ไทย)", "BANK OF CHINA (THAI)"),
    ("065", "TBANK", "ธนชาต", "THANACHART BANK"),
    ("066", "ISBT", "อิสลามแห่งประเทศไทย", "ISLAMIC BANK OF THAILAND"),
    ("067", "TISCO", "ทิสโก้", "TISCO BANK"),
    ("069", "KKP", "เกียรตินาคินภัทร", "KIATNAKIN PHATRA BANK"),
    ("070", "ICBCT", "ไอซีบีซี (ไทย)", "ICBC (THAI)"),
    ("071", "TCD", "ไทยเครดิต", "THAI CREDIT BANK"),
    ("073", "LH", "แลนด์ แอนด์ เฮ้าส์", "LAND AND HOUSES BANK"),
    (
        "098",
        "SME",
        "พัฒนาวิสาหกิจขนาดกลางและขนาดย่อมแห่งประเทศไทย",
        "SME DEVELOPMENT BANK",
    ),
    ("PROMPTPAY", "PROMPTPAY", "พร้อมเพย์", "PROMPTPAY"),
];

/// A bank's names; for one EasySlip does not name, its code.
pub(super) struct Bank<'a> {
    pub(super) short: &'a str,
    pub(super) name_th: &'a str,
    pub(super) name_en: &'a str,
}

pub(super) fn find(code: &str) -> Bank<'_> {
    let known = BANKS.iter().find(|(other, ..)| *other == code);
    known.map_or(
        Bank {
            short: code,
            name_th: code,
            name_en: code,
        },
        |(_, short, name_th, name_en)| Bank {
            short,
            name_th,
            name_en,
        },
    )
}

/// How long a bank's transfer numbers are (QR page §4); 20 where nobody has said.
pub(super) fn trans_ref_chars(code: &str) -> usize {
    match code {
        "002" => 19,
        "006" => 22,
        "014" => 25,
        "069" => 12,
        _ => 20,
    }
}
