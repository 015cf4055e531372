//! Thai banks by code: thai-banks.md.
//!
//! Only the three-digit code identifies a bank; sources disagree about short codes and names, so nothing is ever
//! compared by them. Whether a bank can be reached or does PromptPay is not known here.

use std::fmt;

/// A bank's three-digit code, with its leading zeros. Any three digits are one: a bank that is not in the table is
/// still a bank (thai-banks.md, rules).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BankCode([u8; 3]);

impl BankCode {
    /// Bangkok Bank, which publishes its slips minutes late (easyslip.md, section 5).
    pub const BANGKOK_BANK: Self = Self(*b"002");

    /// Takes exactly three ASCII digits. One source writes `076` for TTB; it is read as `011` and never written.
    pub fn new(text: &str) -> Option<Self> {
        let digits: [u8; 3] = text.as_bytes().try_into().ok()?;
        match &digits {
            b"076" => Some(Self(*b"011")),
            _ => digits.iter().all(u8::is_ascii_digit).then_some(Self(digits)),
        }
    }

    /// The three digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII digits")
    }

    /// The bank's entry in the table.
    pub fn bank(self) -> Option<&'static Bank> {
        BANKS.iter().find(|bank| bank.code.as_bytes() == self.0)
    }

    /// The bank that keeps this bank's accounts today: itself, or the one it was merged into.
    #[must_use]
    pub const fn surviving(self) -> Self {
        match &self.0 {
            // 015 was merged into 065, and that into 011.
            b"015" | b"065" => Self(*b"011"),
            _ => self,
        }
    }

    /// Whether money can lie in an account there. The central bank's code turns up in place of another bank's, and
    /// 999 stands for counter services and test slips (thai-banks.md, rows 001 and 999).
    pub const fn keeps_accounts(self) -> bool {
        !matches!(&self.0, b"000" | b"001" | b"999")
    }

    /// The Thai name, or one that shows the code of an unknown bank.
    pub fn name_th(self) -> String {
        match self.bank() {
            Some(bank) => bank.name_th.to_owned(),
            None => format!("ธนาคาร (รหัส {self})"),
        }
    }

    /// The English name, or one that shows the code of an unknown bank.
    pub fn name_en(self) -> String {
        match self.bank() {
            Some(bank) => bank.name_en.to_owned(),
            None => format!("Bank (code {self})"),
        }
    }
}

impl fmt::Display for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankCode({self})")
    }
}

/// One bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bank {
    /// Three digits.
    pub code: &'static str,
    /// The short code that we show.
    pub short: &'static str,
    /// The name in Thai.
    pub name_th: &'static str,
    /// The name in English.
    pub name_en: &'static str,
}

const fn bank(code: &'static str, short: &'static str, name_th: &'static str, name_en: &'static str) -> Bank {
    Bank {
        code,
        short,
        name_th,
        name_en,
    }
}

/// Every bank of thai-banks.md, by code. Banks that are gone stay, for accounts of their time.
pub const BANKS: &[Bank] = &[
    bank("001", "BOT", "ธนาคารแห่งประเทศไทย", "Bank of Thailand"),
    bank("002", "BBL", "ธนาคารกรุงเทพ", "Bangkok Bank"),
    bank("004", "KBANK", "ธนาคารกสิกรไทย", "Kasikornbank"),
    bank(
        "005",
        "RBS",
        "ธนาคารเดอะรอยัลแบงก์ออฟสกอตแลนด์",
        "Royal Bank of Scotland",
    ),
    bank("006", "KTB", "ธนาคารกรุงไทย", "Krungthai Bank"),
    bank("008", "JPM", "ธนาคารเจพีมอร์แกน เชส", "JPMorgan Chase"),
    bank(
        "010",
        "MUFG",
        "ธนาคารแห่งโตเกียว-มิตซูบิชิ ยูเอฟเจ",
        "Bank of Tokyo-Mitsubishi UFJ",
    ),
    bank("011", "TTB", "ธนาคารทหารไทยธนชาต", "TMBThanachart Bank"),
    bank("014", "SCB", "ธนาคารไทยพาณิชย์", "Siam Commercial Bank"),
    bank("015", "SCIB", "ธนาคารนครหลวงไทย", "Siam City Bank"),
    bank("017", "CITI", "ธนาคารซิตี้แบงก์", "Citibank N.A."),
    bank(
        "018",
        "SMBC",
        "ธนาคารซูมิโตโม มิตซุย แบงกิ้ง คอร์ปอเรชั่น",
        "Sumitomo Mitsui Banking Corp.",
    ),
    bank(
        "020",
        "SCBT",
        "ธนาคารสแตนดาร์ดชาร์เตอร์ด (ไทย)",
        "Standard Chartered (Thai)",
    ),
    bank("022", "CIMBT", "ธนาคารซีไอเอ็มบี ไทย", "CIMB Thai"),
    bank("024", "UOB", "ธนาคารยูโอบี", "United Overseas Bank (Thai)"),
    bank("025", "BAY", "ธนาคารกรุงศรีอยุธยา", "Bank of Ayudhya"),
    bank(
        "026",
        "MEGA",
        "ธนาคารเมกะ สากลพาณิชย์",
        "Mega International Commercial Bank",
    ),
    bank("027", "BOA", "ธนาคารแห่งอเมริกา", "Bank of America N.A."),
    bank("028", "CACIB", "ธนาคารเครดิต อะกริกอล", "Crédit Agricole CIB"),
    bank("030", "GSB", "ธนาคารออมสิน", "Government Savings Bank"),
    bank("031", "HSBC", "ธนาคารฮ่องกงและเซี่ยงไฮ้แบงกิ้งคอร์ปอเรชั่น", "HSBC"),
    bank("032", "DB", "ธนาคารดอยซ์แบงก์", "Deutsche Bank"),
    bank("033", "GHB", "ธนาคารอาคารสงเคราะห์", "Government Housing Bank"),
    bank(
        "034",
        "BAAC",
        "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร",
        "Bank for Agriculture and Agricultural Cooperatives",
    ),
    bank(
        "035",
        "EXIM",
        "ธนาคารเพื่อการส่งออกและนำเข้าแห่งประเทศไทย",
        "Export-Import Bank of Thailand",
    ),
    bank("039", "MHCB", "ธนาคารมิซูโฮ", "Mizuho Bank"),
    bank("045", "BNPP", "ธนาคารบีเอ็นพี พารีบาส์", "BNP Paribas"),
    bank("052", "BOC", "ธนาคารแห่งประเทศจีน (ไทย)", "Bank of China (Thai)"),
    bank("065", "TBANK", "ธนาคารธนชาต", "Thanachart Bank"),
    bank(
        "066",
        "ISBT",
        "ธนาคารอิสลามแห่งประเทศไทย",
        "Islamic Bank of Thailand",
    ),
    bank("067", "TISCO", "ธนาคารทิสโก้", "TISCO Bank"),
    bank("069", "KKP", "ธนาคารเกียรตินาคินภัทร", "Kiatnakin Phatra Bank"),
    bank("070", "ICBCT", "ธนาคารไอซีบีซี (ไทย)", "ICBC (Thai)"),
    bank("071", "TCD", "ธนาคารไทยเครดิต", "Thai Credit Bank"),
    bank("073", "LH", "ธนาคารแลนด์ แอนด์ เฮ้าส์", "Land and Houses Bank"),
    bank(
        "098",
        "SME",
        "ธนาคารพัฒนาวิสาหกิจขนาดกลางและขนาดย่อมแห่งประเทศไทย",
        "SME Development Bank",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> BankCode {
        BankCode::new(text).unwrap()
    }

    #[test]
    fn the_table_is_sorted_whole_and_unambiguous() {
        assert_eq!(BANKS.len(), 36);
        for pair in BANKS.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} {}", pair[0].code, pair[1].code);
        }
        for bank in BANKS {
            assert_eq!(code(bank.code).bank(), Some(bank));
            assert!(bank.name_th.starts_with("ธนาคาร"), "{}", bank.code);
            assert!(bank.name_en.is_ascii() || bank.code == "028", "{}", bank.code);
            let same_short = BANKS.iter().filter(|other| other.short == bank.short).count();
            assert_eq!(same_short, 1, "{}", bank.short);
        }
    }

    #[test]
    fn known_banks_have_their_names() {
        for (text, short, th, en) in [
            ("002", "BBL", "ธนาคารกรุงเทพ", "Bangkok Bank"),
            ("004", "KBANK", "ธนาคารกสิกรไทย", "Kasikornbank"),
            ("011", "TTB", "ธนาคารทหารไทยธนชาต", "TMBThanachart Bank"),
            ("014", "SCB", "ธนาคารไทยพาณิชย์", "Siam Commercial Bank"),
            (
                "034",
                "BAAC",
                "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร",
                "Bank for Agriculture and Agricultural Cooperatives",
            ),
            ("071", "TCD", "ธนาคารไทยเครดิต", "Thai Credit Bank"),
            (
                "098",
                "SME",
                "ธนาคารพัฒนาวิสาหกิจขนาดกลางและขนาดย่อมแห่งประเทศไทย",
                "SME Development Bank",
            ),
        ] {
            assert_eq!(code(text).bank().unwrap().short, short);
            assert_eq!(
                (code(text).name_th().as_str(), code(text).name_en().as_str()),
                (th, en)
            );
        }
    }

    #[test]
    fn an_unknown_bank_is_shown_by_its_code() {
        for text in ["009", "029", "079", "080", "999"] {
            assert_eq!(code(text).bank(), None, "{text}");
            assert_eq!(code(text).name_th(), format!("ธนาคาร (รหัส {text})"));
            assert_eq!(code(text).name_en(), format!("Bank (code {text})"));
        }
    }

    #[test]
    fn an_alias_and_merged_banks_lead_to_the_bank_of_today() {
        assert_eq!(code("076").as_str(), "011");
        for (old, today) in [
            ("065", "011"),
            ("015", "011"),
            ("011", "011"),
            ("004", "004"),
            ("888", "888"),
        ] {
            assert_eq!(code(old).surviving(), code(today), "{old}");
        }
        assert!(!code("001").keeps_accounts() && !code("999").keeps_accounts());
        assert!(code("002").keeps_accounts() && code("888").keeps_accounts());
    }

    #[test]
    fn only_three_digits_are_a_code() {
        for text in [
            "",
            "4",
            "04",
            "0004",
            "00A",
            "SCB",
            "๐๐๔",
            "+04",
            "PROMPTPAY",
            "KSHOP",
            "TRUEMONEYWALLET",
        ] {
            assert_eq!(BankCode::new(text), None, "{text}");
        }
    }
}
