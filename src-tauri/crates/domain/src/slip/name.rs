//! Whether a name on a slip can be the shop's: Thai or English, without titles and company forms, cut short or
//! starred out as banks print them.
//!
//! A name only supports or questions what the account number says; no slip is accepted or refused for a name alone.
//! Thai and English are never compared with each other: there is no one spelling.

/// Letters that must stand there before a name says anything.
const LETTERS_MIN: usize = 3;
/// Longer names are cut: none is that long, and comparing takes the square of the length.
const LETTERS_MAX: usize = 120;
/// How alike two names must be, in percent: EasySlip's own threshold (easyslip.md, section 6).
const ALIKE_PERCENT: usize = 85;

/// Titles and company forms that may be glued to the front of a Thai name. Longer ones stand before their beginnings.
const THAI_FRONT: &[&str] = &[
    "ห้างหุ้นส่วนจำกัด",
    "ห้างหุ้นส่วนสามัญ",
    "ว่าที่ร้อยตรี",
    "บริษัท",
    "บมจ",
    "บจก",
    "บจ",
    "หจก",
    "หสน",
    "เด็กหญิง",
    "เด็กชาย",
    "นางสาว",
    "นาง",
    "นาย",
    "นส",
    "ดช",
    "ดญ",
    "คุณ",
    "ดร",
];
/// What follows the name of a Thai company.
const THAI_BACK: &[&str] = &["จำกัดมหาชน", "จำกัด", "มหาชน"];
/// Titles that stand as a word before an English name.
const LATIN_FRONT: &[&str] = &["mr", "mrs", "ms", "miss", "mstr", "master", "dr", "khun"];
/// What follows the name of a company in English.
const LATIN_BACK: &[&str] = &[
    "publiccompanylimited",
    "companylimited",
    "publiccoltd",
    "limitedpartnership",
    "ltdpart",
    "coltd",
    "pcl",
    "plc",
    "ltd",
    "limited",
    "partnership",
];

/// What comparing two names says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMatch {
    /// They can be the same.
    Alike,
    /// They cannot.
    Different,
    /// One is missing, too short, or they are in different scripts.
    Unknown,
}

/// Compares all names on the slip with all names of one account: alike when any pair is, different when every pair
/// that can be compared is.
pub(super) fn compare_all<'a>(
    slip: impl Iterator<Item = &'a str> + Clone,
    shop: impl Iterator<Item = &'a str>,
) -> NameMatch {
    let mut result = NameMatch::Unknown;
    for shop in shop {
        for slip in slip.clone() {
            match compare(slip, shop) {
                NameMatch::Alike => return NameMatch::Alike,
                NameMatch::Different => result = NameMatch::Different,
                NameMatch::Unknown => {}
            }
        }
    }
    result
}

fn compare(slip: &str, shop: &str) -> NameMatch {
    let (slip, shop) = (Name::read(slip), Name::read(shop));
    let too_short = slip.letters() < LETTERS_MIN || shop.letters() < LETTERS_MIN;
    if too_short || slip.is_thai != shop.is_thai {
        return NameMatch::Unknown;
    }
    if slip.is_as_a_whole(&shop) || slip.is_word_by_word(&shop) {
        NameMatch::Alike
    } else {
        NameMatch::Different
    }
}

/// A name's words without title and company form, in lower case.
struct Name {
    words: Vec<Word>,
    is_thai: bool,
}

struct Word {
    letters: Vec<char>,
    /// Its end is hidden by marks, as in `ใxxx`.
    is_cut: bool,
}

impl Name {
    fn read(text: &str) -> Self {
        let text = plain(text);
        let is_thai = text.contains(is_thai);
        let mut words: Vec<Word> = text
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| read_word(word, is_thai))
            .collect();
        if is_thai {
            strip_thai_front(&mut words);
        } else if words.len() > 1 && words.first().is_some_and(|word| word.is_one_of(LATIN_FRONT)) {
            words.remove(0);
        }
        words.retain(|word| !word.letters.is_empty());
        Self { words, is_thai }
    }

    fn letters(&self) -> usize {
        self.words.iter().map(|word| word.letters.len()).sum()
    }

    fn joined(&self) -> Vec<char> {
        self.words
            .iter()
            .flat_map(|word| word.letters.iter().copied())
            .collect()
    }

    /// The name without a company form behind it, which one side may write and the other not, or cut short.
    fn core(&self) -> Vec<char> {
        let mut core = self.joined();
        let back = if self.is_thai { THAI_BACK } else { LATIN_BACK };
        for form in back {
            let form: Vec<char> = form.chars().collect();
            if core.len() >= form.len() + LETTERS_MIN && core.ends_with(&form) {
                core.truncate(core.len() - form.len());
                break;
            }
        }
        core
    }

    /// Compares without regard to spaces. A slip's name may end early, also within the company form.
    fn is_as_a_whole(&self, shop: &Self) -> bool {
        let (mine, theirs) = (self.core(), shop.core());
        if alike(&mine, &theirs) || theirs.starts_with(&mine) {
            return true;
        }
        let back = if self.is_thai { THAI_BACK } else { LATIN_BACK };
        self.joined().strip_prefix(theirs.as_slice()).is_some_and(|rest| {
            let rest: String = rest.iter().collect();
            back.iter().any(|form| form.starts_with(&rest))
        })
    }

    /// Compares in order of words. A hidden end is a beginning, and so is the last word: banks cut surnames to an
    /// initial (easyslip.md, section 3).
    fn is_word_by_word(&self, shop: &Self) -> bool {
        let Some(last) = self.words.len().checked_sub(1) else {
            return false;
        };
        self.words.len() <= shop.words.len()
            && self
                .words
                .iter()
                .zip(&shop.words)
                .enumerate()
                .all(|(at, (mine, theirs))| {
                    let may_be_cut = mine.is_cut || at == last;
                    alike(&mine.letters, &theirs.letters)
                        || (may_be_cut && theirs.letters.starts_with(&mine.letters))
                })
    }
}

impl Word {
    fn is_one_of(&self, words: &[&str]) -> bool {
        let letters: String = self.letters.iter().collect();
        words.contains(&letters.as_str())
    }
}

/// Marks that hide the end of a word. Written out, because a small `x` is also a letter.
fn is_mark(character: char) -> bool {
    matches!(character, '*' | '•' | '●' | '×' | '#')
}

fn is_thai(character: char) -> bool {
    ('\u{0E01}'..='\u{0E4E}').contains(&character)
}

/// Lower case, one spelling for letters that Thai keyboards can type in two ways, and a space for whatever stands
/// between words. Points join, since they stand within short forms: น.ส. and บจก.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars().take(LETTERS_MAX).flat_map(char::to_lowercase) {
        match character {
            '.' | '\'' | '’' | '\u{200B}'..='\u{200D}' | '\u{FEFF}' => {
                // `co.,ltd` and `mr.somchai` lose nothing when read as two words, a Thai short form would.
                if character == '.' && plain.ends_with(|before: char| before.is_ascii_alphabetic()) {
                    plain.push(' ');
                }
            }
            _ if character.is_alphanumeric() || is_thai(character) || is_mark(character) => {
                plain.push(character);
            }
            _ => plain.push(' '),
        }
    }
    plain.replace("เเ", "แ").replace("\u{0E4D}\u{0E32}", "\u{0E33}")
}

fn read_word(word: &str, in_thai_name: bool) -> Word {
    let is_hidden = |character: char| is_mark(character) || (in_thai_name && character == 'x');
    // Two or more x at the end of an English word are marks; no name ends so.
    let hidden_x = if !in_thai_name && word.ends_with("xx") {
        'x'
    } else {
        '*'
    };
    let letters = word.trim_end_matches(|character| is_hidden(character) || character == hidden_x);
    Word {
        letters: letters
            .chars()
            .filter(|character| !is_hidden(*character))
            .collect(),
        is_cut: letters.len() < word.len(),
    }
}

/// The title or company form may be a word of its own or part of the first word.
fn strip_thai_front(words: &mut [Word]) {
    let total: usize = words.iter().map(|word| word.letters.len()).sum();
    let Some(first) = words.first_mut() else {
        return;
    };
    for front in THAI_FRONT {
        let front: Vec<char> = front.chars().collect();
        let left = total.saturating_sub(front.len());
        // A short name may begin with a title's letters; a title alone is no name.
        if first.letters.starts_with(&front) && (left == 0 || left >= LETTERS_MIN) {
            first.letters.drain(..front.len());
            return;
        }
    }
}

/// At least 85 of 100 letters agree, by edit distance over the longer text.
fn alike(a: &[char], b: &[char]) -> bool {
    let longer = a.len().max(b.len());
    longer > 0 && edit_distance(a, b) * 100 <= longer * (100 - ALIKE_PERCENT)
}

/// Letters to insert, delete or change (Levenshtein), one row at a time.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            let changed = diagonal + usize::from(from != to);
            row[j] = left;
            left = changed.min(left + 1).min(above + 1);
            diagonal = above;
        }
        row[b.len()] = left;
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_as_banks_print_them_are_recognised() {
        for (slip, shop) in [
            ("นาย สมชาย ใจดี", "สมชาย ใจดี"),
            ("นายสมชาย ใจดี", "นาย สมชาย ใจดี"),
            ("สมชาย ใจดี", "สมชายใจดี"),
            ("นาย สมชาย ใ", "นาย สมชาย ใจดี"),
            ("นาย สมชาย ใxxx", "สมชาย ใจดี"),
            ("นาย สมชาย ใ***", "สมชาย ใจดี"),
            ("นาย สมชาย", "นาย สมชาย ใจดี"),
            ("น.ส. พิมพ์xxx จxxx", "นางสาว พิมพ์ใจ จันทร์งาม"),
            ("น.ส. พิมพ์xxx จ", "นางสาว พิมพ์ใจ จันทร์งาม"),
            ("น.ส.พิมพ์ใจ จ", "นางสาวพิมพ์ใจ จันทร์งาม"),
            ("นาง วันดี ม", "วันดี มีสุข"),
            ("คุณ วันดี มีสุข", "นาง วันดี มีสุข"),
            ("นางสมศรี เเก้วใส", "สมศรี แก้วใส"),
            ("นาย ก\u{0E4D}าพล ดี", "กำพล ดี"),
            ("MR. SOMCHAI JAIDEE", "Somchai Jaidee"),
            ("MR.SOMCHAI J", "SOMCHAI JAIDEE"),
            ("MISS PIMJAI C.", "Pimjai Channgam"),
            ("Mrs Wandee Meesuk", "WANDEE MEESUK"),
            ("SOMCHAI JXXX", "Somchai Jaidee"),
            ("SOMCHAI JAIDEE", "SOMCHAI JAIDE"),
            ("บริษัท ตัวอย่าง จำกัด", "บจก. ตัวอย่าง"),
            ("บจก. ตัวอย่าง", "บริษัท ตัวอย่าง จำกัด"),
            ("บริษัท ตัวอย่าง จำกั", "บริษัท ตัวอย่าง จำกัด"),
            ("บริษัท ตัวอย่าง จำ", "บจก.ตัวอย่าง"),
            ("บริษัท ตัวอย่าง เทร", "บริษัท ตัวอย่าง เทรดดิ้ง จำกัด"),
            ("บมจ. ตัวอย่าง", "บริษัท ตัวอย่าง จำกัด (มหาชน)"),
            ("หจก. แสงดาว การค้า", "ห้างหุ้นส่วนจำกัด แสงดาวการค้า"),
            ("EXAMPLE CO., LTD.", "Example Company Limited"),
            ("EXAMPLE CO.,LTD", "EXAMPLE CO., LTD."),
            ("EXAMPLE COMPANY LIM", "Example Co., Ltd."),
            ("EXAMPLE TRADING CO", "EXAMPLE TRADING CO., LTD."),
            ("Sangdao Ltd., Part.", "SANGDAO LIMITED PARTNERSHIP"),
            ("Max Xavier", "MR MAX XAVIER"),
        ] {
            assert_eq!(compare(slip, shop), NameMatch::Alike, "{slip} / {shop}");
        }
    }

    #[test]
    fn other_people_are_told_apart() {
        for (slip, shop) in [
            ("นาย สมศักดิ์ ใจดี", "นาย สมชาย ใจดี"),
            ("นาย สมชาย ร", "นาย สมชาย ใจดี"),
            ("นาย สมชาย รxxx", "สมชาย ใจดี"),
            ("นาย ใจดี สมชาย", "นาย สมชาย ใจดี"),
            ("น.ส. พิมxxx จxxx", "นางสาว วันดี จันทร์งาม"),
            ("MR. SOMSAK J", "Somchai Jaidee"),
            ("SOMCHAI C", "SOMCHAI JAIDEE"),
            ("บริษัท ทดลอง จำกัด", "บริษัท ตัวอย่าง จำกัด"),
            ("บจก. ตัวอย่าง สอง", "บจก. ตัวอย่าง"),
            ("OTHER CO., LTD.", "EXAMPLE CO., LTD."),
        ] {
            assert_eq!(compare(slip, shop), NameMatch::Different, "{slip} / {shop}");
        }
    }

    #[test]
    fn too_little_says_nothing() {
        for (slip, shop) in [
            ("", "สมชาย ใจดี"),
            ("สมชาย ใจดี", ""),
            ("นาย", "สมชาย"),
            ("xxx", "สมชาย"),
            ("****", "Somchai"),
            ("SOMCHAI JAIDEE", "สมชาย ใจดี"),
            ("ส", "สมชาย ใจดี"),
            (".,-", "Somchai"),
        ] {
            assert_eq!(compare(slip, shop), NameMatch::Unknown, "{slip} / {shop}");
        }
    }

    #[test]
    fn any_pair_in_one_script_decides() {
        let both = ["นาย สมชาย ใจดี", "MR. SOMCHAI JAIDEE"];
        for (slip, shop, result) in [
            (&["SOMCHAI J"][..], &both[..], NameMatch::Alike),
            (&["OTHER PERSON", "นายสมชาย ใ"], &both, NameMatch::Alike),
            (&["SOMCHAI J"], &both[..1], NameMatch::Unknown),
            (&["WANDEE M"], &both, NameMatch::Different),
            (&[], &both, NameMatch::Unknown),
            (&both, &[], NameMatch::Unknown),
        ] {
            let compared = compare_all(slip.iter().copied(), shop.iter().copied());
            assert_eq!(compared, result, "{slip:?} / {shop:?}");
        }
    }

    #[test]
    fn distance_counts_letters() {
        for (a, b, distance) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("abc", "abc", 0),
        ] {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!(edit_distance(&a, &b), distance);
            assert_eq!(edit_distance(&b, &a), distance);
        }
    }

    proptest! {
        #[test]
        fn any_two_texts_are_answered(a in "\\PC*", b in "\\PC*") {
            compare(&a, &b);
        }

        #[test]
        fn a_name_is_itself_however_it_is_cut(first in "[ก-ฮ]{4,12}", last in "[ก-ฮ]{3,15}", keep in 1_usize..15) {
            let whole = format!("{first} {last}");
            let cut: String = last.chars().take(keep).collect();
            let printed = format!("{first} {cut}");
            prop_assert_eq!(compare(&whole, &whole), NameMatch::Alike);
            prop_assert_eq!(compare(&printed, &whole), NameMatch::Alike);
        }
    }
}
