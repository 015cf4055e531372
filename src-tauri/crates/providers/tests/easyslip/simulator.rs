//! The client and the simulator: two readings of one page have to agree.

use super::{KEY, PNG, payload, question};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_domain::slip::judge::{Fault as FaultKind, LookupFailure, Outage};
use keptang_domain::slip::{
    Expected, Judgement, MaskedNumber, ProxyKind, SendingBank, ShopAccount, SlipFacts, judge,
};
use keptang_domain::{Money, Timestamp};
use keptang_ports::{
    Allowance, Clock, SlipAnswer, SlipError, SlipInput, SlipKind, SlipQuestion, SlipVerifier,
};
use keptang_providers::easyslip::{Config, EasySlip};
use keptang_providers::{HttpClient, Secret};
use keptang_simulator::control::Client;
use keptang_simulator::easyslip::{
    AccountState, AccountType, BankForm, Dialect, EasySlipSettings, HostedPicture, LocalForm, MakeSlip,
    MaskForm, MerchantIdForm, Mismatch, NamesForm, NewSlip, Party, Publish, SlipKind as TheirKind, SlipView,
    Story,
};
use keptang_simulator::faults::{AmountForm, Endpoint, Fault, FaultRule};
use keptang_simulator::{Running, TRAINING_EASYSLIP_API_KEY, TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY, start};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap())
    }
}

struct Stage {
    client: EasySlip,
    panel: Client,
    simulator: Running,
}

impl Stage {
    /// A simulator that does not limit and a client that does not wait.
    async fn start() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut EasySlipSettings)) -> Self {
        let mut config = keptang_simulator::Config::default();
        config.settings.easyslip.rate_per_s = None;
        change(&mut config.settings.easyslip);
        let simulator = start(config).await.unwrap();
        Self {
            client: client(&simulator, TRAINING_EASYSLIP_API_KEY, 1_000),
            panel: Client::new(&simulator.base_url()).unwrap(),
            simulator,
        }
    }

    async fn slip(&self, new: NewSlip) -> SlipView {
        self.panel.add_slip(&new).await.unwrap()
    }

    async fn picture(&self, slip: &SlipView) -> Vec<u8> {
        let answer = reqwest::get(self.panel.slip_picture_url(&slip.id)).await.unwrap();
        answer.bytes().await.unwrap().to_vec()
    }

    async fn used(&self) -> u64 {
        self.panel
            .slip_usage()
            .await
            .unwrap()
            .values()
            .map(|usage| usage.used)
            .sum()
    }

    async fn trouble(&self, fault: Fault) {
        let rule = FaultRule::once(fault).at(Endpoint::EasySlipVerifyBank);
        self.panel.set_fault(&rule).await.unwrap();
    }

    /// The simulator's list of what the client did wrong, by its reading of the page.
    async fn assert_no_violation(&self) {
        let violations = self.panel.stats().await.unwrap().violations;
        assert!(violations.is_empty(), "{violations:?}");
    }
}

fn client(simulator: &Running, key: &str, requests_per_second: u32) -> EasySlip {
    let config = Config {
        base_url: simulator.easyslip_base_url(),
        live: false,
        requests_per_second,
        ..Config::new(Secret::new(key))
    };
    EasySlip::new(config, &HttpClient::new(1_500, Arc::new(MachineClock)).unwrap())
}

fn paid() -> NewSlip {
    NewSlip {
        amount_satang: 150_000,
        ..NewSlip::default()
    }
}

fn of_wallet() -> NewSlip {
    NewSlip {
        kind: TheirKind::Truewallet,
        ..paid()
    }
}

fn shop() -> Vec<ShopAccount> {
    let names = ["บริษัท ตัวอย่าง จำกัด".to_owned(), "EXAMPLE CO., LTD.".to_owned()];
    let bank = ShopAccount::new("004", "1234567890", names.clone(), Some("0800000000")).unwrap();
    let wallet = ShopAccount::new("TRUEMONEYWALLET", "0800000000", names, None).unwrap();
    vec![bank, wallet]
}

/// The whole way: what the till would say to the cashier.
fn verdict(facts: &SlipFacts) -> Judgement {
    let now = MachineClock.now();
    let accounts = shop();
    judge(
        facts,
        &Expected {
            owed: Money::from_satang(150_000),
            payables: &[],
            order_opened_at: now.plus_ms(-30_000),
            accounts: &accounts,
            max_age_ms: None,
            presented_at: now,
            now,
            asked: None,
            used_by: None,
        },
    )
}

fn check(answer: &SlipAnswer, slip: &SlipView) {
    let facts = &answer.facts;
    assert_eq!(facts.amount.satang(), slip.amount_satang);
    assert_eq!(facts.reference.trans_ref.as_str(), slip.trans_ref);
    // Their dates have whole seconds.
    assert_eq!(facts.sent_at.ms(), slip.at_ms.div_euclid(1_000) * 1_000);
}

#[tokio::test]
async fn a_bank_slip_is_verified_in_all_four_ways() {
    let stage = Stage::start().await;
    for way in ["payload", "image", "base64", "data uri", "url"] {
        let slip = stage.slip(paid()).await;
        let picture = stage.picture(&slip).await;
        let base64 = STANDARD.encode(&picture);
        let input = match way {
            "payload" => SlipInput::Payload(slip.qr_text.clone()),
            "image" => SlipInput::Image(picture),
            "base64" => SlipInput::Base64(base64),
            "data uri" => SlipInput::Base64(format!("data:image/png;base64,{base64}")),
            _ => {
                let url = "https://pictures.example/slip.png".to_owned();
                let hosted = HostedPicture {
                    url: url.clone(),
                    content_type: "image/png".to_owned(),
                    base64,
                };
                stage.panel.host_picture(&hosted).await.unwrap();
                SlipInput::Url(url)
            }
        };
        let answer = stage.client.verify(&question(input)).await;
        let answer = answer.unwrap_or_else(|error| panic!("{way}: {error:?}"));
        check(&answer, &slip);
        assert_eq!(answer.is_duplicate, Some(false), "{way}");
        assert_eq!(answer.is_amount_matched, Some(true), "{way}");
        assert_eq!(
            answer.facts.reference.sending_bank,
            SendingBank::from_word(&slip.sending_bank).unwrap(),
            "{way}"
        );
        assert!(answer.facts.matched.is_some(), "{way}");
        assert_eq!(verdict(&answer.facts), Judgement::Accepted, "{way}");
    }
    stage.assert_no_violation().await;
}

#[tokio::test]
async fn a_wallet_slip_is_verified_by_its_picture() {
    let stage = Stage::start().await;
    for as_base64 in [false, true] {
        let slip = stage.slip(of_wallet()).await;
        let picture = stage.picture(&slip).await;
        let input = if as_base64 {
            SlipInput::Base64(STANDARD.encode(picture))
        } else {
            SlipInput::Image(picture)
        };
        let asked = SlipQuestion {
            kind: SlipKind::TrueMoneyWallet,
            ..question(input)
        };
        let answer = stage.client.verify(&asked).await.unwrap();
        check(&answer, &slip);
        assert_eq!(answer.facts.reference.sending_bank, SendingBank::TrueMoney);
        assert_eq!(
            answer.facts.receiver.proxy.as_ref().unwrap().kind,
            ProxyKind::TrueMoneyPhone
        );
    }
    stage.assert_no_violation().await;
}

#[tokio::test]
async fn every_dialect_gives_the_same_facts() {
    let stage = Stage::start().await;
    let slip = stage.slip(paid()).await;
    let plain = stage.client.verify(&payload(&slip.qr_text)).await.unwrap().facts;
    let dialect = Dialect::default;
    let mut settings = stage.panel.settings().await.unwrap();
    let mut all = Vec::new();
    for amounts in [
        AmountForm::Shortest,
        AmountForm::OneDecimal,
        AmountForm::TwoDecimals,
        AmountForm::Text,
    ] {
        all.push(Dialect { amounts, ..dialect() });
    }
    for local in [LocalForm::Iso764, LocalForm::Empty] {
        all.push(Dialect { local, ..dialect() });
    }
    for merchant_id in [MerchantIdForm::Empty, MerchantIdForm::Missing] {
        all.push(Dialect {
            merchant_id,
            ..dialect()
        });
    }
    all.push(Dialect {
        is_bank_name_formal: true,
        has_extra_field: true,
        ..dialect()
    });
    for same in all {
        settings.easyslip.dialect = same.clone();
        stage.panel.set_settings(&settings).await.unwrap();
        let facts = stage.client.verify(&payload(&slip.qr_text)).await.unwrap().facts;
        assert_eq!(facts, plain, "{same:?}");
    }

    for receiver_bank in [BankForm::Blank, BankForm::Empty, BankForm::Missing] {
        settings.easyslip.dialect = Dialect {
            receiver_bank,
            ..dialect()
        };
        stage.panel.set_settings(&settings).await.unwrap();
        let mut facts = stage.client.verify(&payload(&slip.qr_text)).await.unwrap().facts;
        assert_eq!(facts.receiver.bank.take(), None, "{receiver_bank:?}");
        assert_eq!(verdict(&facts), Judgement::Accepted, "{receiver_bank:?}");
    }
    for (names, is_surname_cut) in [
        (NamesForm::Thai, false),
        (NamesForm::English, true),
        (NamesForm::Neither, false),
    ] {
        settings.easyslip.dialect = Dialect {
            names,
            is_surname_cut,
            ..dialect()
        };
        stage.panel.set_settings(&settings).await.unwrap();
        let facts = stage.client.verify(&payload(&slip.qr_text)).await.unwrap().facts;
        let receiver = &facts.receiver;
        assert_eq!(receiver.name_th.is_some(), names == NamesForm::Thai, "{names:?}");
        assert_eq!(
            receiver.name_en.is_some(),
            names == NamesForm::English,
            "{names:?}"
        );
        assert_eq!(verdict(&facts), Judgement::Accepted, "{names:?}");
    }
    for mask in [MaskForm::Head, MaskForm::Tail, MaskForm::Middle] {
        settings.easyslip.dialect = Dialect { mask, ..dialect() };
        stage.panel.set_settings(&settings).await.unwrap();
        let facts = stage.client.verify(&payload(&slip.qr_text)).await.unwrap().facts;
        let printed: Option<&MaskedNumber> = facts.receiver.account.as_ref();
        assert!(
            printed.is_some_and(|number| number.masked().contains('x')),
            "{mask:?}"
        );
        assert!(!matches!(verdict(&facts), Judgement::WrongReceiver), "{mask:?}");
    }
}

#[tokio::test]
async fn tokens_and_dummies_are_no_accounts() {
    let stage = Stage::start().await;
    for account_type in [AccountType::Token, AccountType::Dummy] {
        let receiver = Party {
            bank: Some("004".to_owned()),
            name_th: Some("บริษัท ตัวอย่าง จำกัด".to_owned()),
            account: Some("1234567890".into()),
            account_type,
            ..Party::default()
        };
        let slip = stage
            .slip(NewSlip {
                receiver: Some(receiver),
                ..paid()
            })
            .await;
        let facts = stage.client.verify(&payload(&slip.qr_text)).await.unwrap().facts;
        assert_eq!(facts.receiver.account, None, "{account_type:?}");
    }
}

#[tokio::test]
async fn the_till_says_the_right_thing_about_each_customer_s_slip() {
    let stage = Stage::start().await;
    for (story, expected) in [
        (Story::Honest, "accepted"),
        (Story::OtherShop, "wrong_receiver"),
        (Story::OffBy { satang: 1 }, "wrong_amount"),
        (Story::OffBy { satang: -50 }, "wrong_amount"),
        (Story::Old { age_s: 3_600 }, "too_old"),
        (
            Story::Edited {
                printed_satang: 999_900,
            },
            "accepted",
        ),
        (Story::SeenElsewhere, "accepted"),
        (
            Story::Scheduled {
                in_s: 3_600,
                is_known: true,
            },
            "needs_review",
        ),
    ] {
        let wish = MakeSlip {
            amount_satang: Some(150_000),
            story,
            ..MakeSlip::default()
        };
        let made = stage.panel.make_slip(&wish).await.unwrap();
        let answer = stage.client.verify(&payload(&made.qr_text)).await.unwrap();
        assert_eq!(verdict(&answer.facts).verdict().word(), expected, "{story:?}");
        assert_eq!(
            answer.is_duplicate,
            Some(story == Story::SeenElsewhere),
            "{story:?}"
        );
    }
}

#[tokio::test]
async fn a_bank_that_is_late_answers_later() {
    let stage = Stage::start().await;
    for (publish, error) in [
        (
            Publish::Pending {
                for_ms: Some(300_000),
            },
            SlipError::Pending,
        ),
        (Publish::Unpublished { for_ms: 300_000 }, SlipError::NotFound),
    ] {
        let slip = stage.slip(NewSlip { publish, ..paid() }).await;
        let asked = payload(&slip.qr_text);
        assert_eq!(stage.client.verify(&asked).await, Err(error.clone()));
        assert_eq!(stage.client.verify(&asked).await, Err(error));
        stage.panel.advance_clock_ms(301_000).await.unwrap();
        check(&stage.client.verify(&asked).await.unwrap(), &slip);
    }
    let fake = stage
        .slip(NewSlip {
            publish: Publish::Never,
            ..paid()
        })
        .await;
    let error = stage.client.verify(&payload(&fake.qr_text)).await.unwrap_err();
    assert_eq!(error.failure(), LookupFailure::NotFound);
    stage.assert_no_violation().await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_for_nothing() {
    for fault in [Fault::CutAfter, Fault::Empty, Fault::Malformed, Fault::Hang] {
        let stage = Stage::start().await;
        let slip = stage.slip(paid()).await;
        let asked = payload(&slip.qr_text);
        stage.trouble(fault.clone()).await;
        assert_eq!(
            stage.client.verify(&asked).await,
            Err(SlipError::OutcomeUnknown),
            "{fault:?}"
        );
        stage.panel.release().await.unwrap();
        let again = stage.client.verify(&asked).await.unwrap();
        check(&again, &slip);
        assert_eq!(again.is_duplicate, Some(true), "{fault:?}");
        assert_eq!(verdict(&again.facts), Judgement::Accepted, "{fault:?}");
        assert_eq!(stage.used().await, 1, "{fault:?}: one check for both");
    }
    let stage = Stage::start().await;
    let slip = stage.slip(paid()).await;
    stage.trouble(Fault::CutBefore).await;
    let asked = payload(&slip.qr_text);
    assert_eq!(stage.client.verify(&asked).await, Err(SlipError::OutcomeUnknown));
    assert_eq!(
        stage.client.verify(&asked).await.unwrap().is_duplicate,
        Some(false)
    );
}

#[tokio::test]
async fn another_branch_of_the_account_makes_no_slip_bad() {
    let stage = Stage::start().await;
    let slip = stage.slip(paid()).await;
    let other = client(&stage.simulator, TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY, 1_000);
    let asked = payload(&slip.qr_text);
    assert_eq!(other.verify(&asked).await.unwrap().is_duplicate, Some(false));
    let ours = stage.client.verify(&asked).await.unwrap();
    assert_eq!(ours.is_duplicate, Some(true));
    assert_eq!(verdict(&ours.facts), Judgement::Accepted);
    assert_eq!(stage.used().await, 2);
}

#[tokio::test]
async fn each_error_of_the_wire_has_its_class() {
    let stage = Stage::start().await;
    let slip = stage.slip(paid()).await;
    let refuse = |status, code: &str| Fault::Refuse {
        status,
        code: code.to_owned(),
    };
    let outage = LookupFailure::Outage;
    for (fault, class) in [
        (Fault::ServerError { status: 503 }, outage(Outage::Theirs)),
        (Fault::Html { status: 200 }, outage(Outage::Unreachable)),
        (Fault::Html { status: 403 }, outage(Outage::Unreachable)),
        (Fault::Redirect, outage(Outage::Unreachable)),
        (Fault::StateMissing, outage(Outage::Unreachable)),
        (Fault::ResultNull, outage(Outage::Unreachable)),
        (
            Fault::Currency {
                currency: "USD".to_owned(),
            },
            outage(Outage::Ours),
        ),
        (refuse(400, "VALIDATION_ERROR"), outage(Outage::Ours)),
        (refuse(400, "IMAGE_SIZE_TOO_LARGE"), LookupFailure::PictureRefused),
        (refuse(400, "INVALID_IMAGE"), LookupFailure::NoSlipInPicture),
        (refuse(404, "SLIP_PENDING"), LookupFailure::Pending),
        (refuse(404, "SLIP_NOT_FOUND"), LookupFailure::NotFound),
        (refuse(403, "QUOTA_EXCEEDED"), outage(Outage::QuotaGone)),
        (refuse(500, "API_SERVER_ERROR"), outage(Outage::Theirs)),
        (
            Fault::RefuseOtherForm {
                status: 404,
                code: "slip_not_found".to_owned(),
            },
            outage(Outage::Ours),
        ),
        (Fault::RateLimited { retry_after_s: None }, outage(Outage::Busy)),
    ] {
        stage.trouble(fault.clone()).await;
        let error = stage.client.verify(&payload(&slip.qr_text)).await.unwrap_err();
        assert_eq!(error.failure(), class, "{fault:?}");
    }
    // Another slip's answer is told by its reference; who judges it sees that.
    stage
        .trouble(Fault::OtherSlip {
            trans_ref: "68370160657749I376388B35".to_owned(),
        })
        .await;
    let other = stage.client.verify(&payload(&slip.qr_text)).await.unwrap();
    assert_eq!(
        other.facts.reference.trans_ref.as_str(),
        "68370160657749I376388B35"
    );
    check(
        &stage.client.verify(&payload(&slip.qr_text)).await.unwrap(),
        &slip,
    );
    let followed = stage.panel.stats().await.unwrap().violations;
    assert!(followed.is_empty(), "{followed:?}");
}

#[tokio::test]
async fn a_fault_of_the_account_is_never_the_slip_s() {
    for (account, kind, code) in [
        (AccountState::BranchInactive, FaultKind::Account, "disabled"),
        (AccountState::ServiceBanned, FaultKind::Account, "disabled"),
        (AccountState::ServiceDeleted, FaultKind::Account, "disabled"),
        (AccountState::UserBanned, FaultKind::Account, "disabled"),
        (AccountState::Expired, FaultKind::Account, "other"),
        (AccountState::IpNotAllowed, FaultKind::Address, "ip_not_allowed"),
    ] {
        let stage = Stage::with(|settings| settings.account = account).await;
        let slip = stage.slip(paid()).await;
        let error = stage.client.verify(&payload(&slip.qr_text)).await.unwrap_err();
        assert_eq!(error.failure(), LookupFailure::Fault(kind), "{account:?}");
        let fault = stage.client.test().await.fault.unwrap();
        assert_eq!(fault.code, code, "{account:?}");
    }
    let stage = Stage::start().await;
    let stranger = client(&stage.simulator, KEY, 1_000);
    let slip = stage.slip(paid()).await;
    let error = stranger.verify(&payload(&slip.qr_text)).await.unwrap_err();
    assert_eq!(error.failure(), LookupFailure::Fault(FaultKind::Key));
    assert_eq!(stranger.test().await.fault.unwrap().code, "bad_key");
}

#[tokio::test]
async fn a_mismatch_may_come_as_an_error_too() {
    for mismatch in [Mismatch::Error, Mismatch::LowerCaseError] {
        let stage = Stage::with(|settings| settings.mismatch = mismatch).await;
        let short = stage
            .slip(NewSlip {
                amount_satang: 149_950,
                ..paid()
            })
            .await;
        let error = stage.client.verify(&payload(&short.qr_text)).await.unwrap_err();
        assert_eq!(error, SlipError::OtherAmount, "{mismatch:?}");
        let wish = MakeSlip {
            amount_satang: Some(150_000),
            story: Story::OtherShop,
            ..MakeSlip::default()
        };
        let made = stage.panel.make_slip(&wish).await.unwrap();
        let error = stage.client.verify(&payload(&made.qr_text)).await.unwrap_err();
        assert_eq!(error, SlipError::OtherReceiver, "{mismatch:?}");
    }
}

#[tokio::test]
async fn quota_is_told_counted_and_used_up() {
    let stage = Stage::with(|settings| settings.quota_max = Some(2)).await;
    let account = stage.client.info().await.unwrap();
    assert_eq!(account.is_branch_active, Some(true));
    assert_eq!(
        (account.quota.max, account.quota.remaining),
        (Allowance::Checks(2), Allowance::Checks(2))
    );
    assert!(stage.client.test().await.fault.is_none());
    for left in [1, 0] {
        let slip = stage.slip(paid()).await;
        stage.client.verify(&payload(&slip.qr_text)).await.unwrap();
        let ours = stage.client.quota().unwrap();
        assert_eq!(ours.remaining, Allowance::Checks(left));
        let theirs = stage.client.info().await.unwrap().quota;
        assert_eq!((ours.used, ours.remaining), (theirs.used, theirs.remaining));
    }
    let slip = stage.slip(paid()).await;
    assert_eq!(
        stage.client.verify(&payload(&slip.qr_text)).await,
        Err(SlipError::QuotaExceeded)
    );
    assert_eq!(stage.client.test().await.fault.unwrap().code, "quota_exceeded");

    let unlimited = Stage::with(|settings| settings.quota_max = None).await;
    let quota = unlimited.client.info().await.unwrap().quota;
    assert_eq!(
        (quota.max, quota.remaining),
        (Allowance::Unlimited, Allowance::Unlimited)
    );
    assert!(!quota.is_low());
}

#[tokio::test]
async fn a_code_without_its_zeros_is_found_either_way() {
    for is_short_checksum_taken in [true, false] {
        let stage = Stage::with(|settings| settings.is_short_checksum_taken = is_short_checksum_taken).await;
        // thai-qr-formats.md, S12: its checksum is 0C18.
        let slip = stage
            .slip(NewSlip {
                sending_bank: Some("014".to_owned()),
                trans_ref: Some("202601010TESTTESTTEST0001".to_owned()),
                ..paid()
            })
            .await;
        assert_eq!(slip.qr_text, super::S12);
        let answer = stage.client.verify(&payload(super::S12_SHORT)).await.unwrap();
        check(&answer, &slip);
    }
}

#[tokio::test]
async fn a_picture_without_a_slip_is_said_to_be_one() {
    let stage = Stage::start().await;
    let error = stage
        .client
        .verify(&question(SlipInput::Image(PNG.to_vec())))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error.failure(),
            LookupFailure::NoSlipInPicture | LookupFailure::PictureRefused
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn two_requests_a_second_are_never_too_many() {
    let stage = Stage::with(|settings| settings.rate_per_s = Some(2)).await;
    let paced = client(
        &stage.simulator,
        TRAINING_EASYSLIP_API_KEY,
        Config::REQUESTS_PER_SECOND,
    );
    let slip = stage.slip(paid()).await;
    let asked = payload(&slip.qr_text);
    let (one, two, three, four) = tokio::join!(
        paced.verify(&asked),
        paced.verify(&asked),
        paced.verify(&asked),
        paced.verify(&asked)
    );
    for answer in [one, two, three, four] {
        check(&answer.unwrap(), &slip);
    }
    stage.assert_no_violation().await;
}
