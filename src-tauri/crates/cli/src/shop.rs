//! Setting up, people, providers, the ledger, and the long-running commands.

use crate::args::{InitArgs, PayoutArgs, SimulatorArgs, UserCommand};
use crate::exit::{Exit, Failure};
use crate::{Session, pin};
use keptang_api::{App, PayoutWish, Right, Role, parse_amount};
use serde_json::json;
use std::collections::BTreeMap;

impl Session {
    pub(crate) async fn init(&mut self, args: InitArgs) -> Result<Exit, Failure> {
        let owner = match &args.owner {
            Some(name) => Some((
                name.as_str(),
                pin("KEPTANG_NEW_PIN", &format!("New PIN for {name}: "))?,
            )),
            None => None,
        };
        let owner = owner.as_ref().map(|(name, pin)| (*name, pin.as_str()));
        let dir = keptang_api::init(self.options.data_dir.clone(), args.training, owner)
            .await
            .map_err(Failure::Init)?;
        let line = json!({ "type": "init", "data_dir": dir, "training": args.training });
        self.printer
            .line(&line, |_| format!("{}", dir.join("settings.toml").display()));
        self.printer.hint(
            "พร้อมแล้ว แก้ settings.toml ตามร้าน แล้วลอง keptang charge",
            "Ready. Edit settings.toml for your shop, then try keptang charge.",
        );
        Ok(Exit::Done)
    }

    pub(crate) async fn user_command(&mut self, command: UserCommand) -> Result<Exit, Failure> {
        let app = self.open().await?;
        // The first person of a shop has nobody who could vouch for them.
        let first = app.users().await?.is_empty();
        let needs_owner = !(first && matches!(command, UserCommand::Add { .. }));
        let by = if needs_owner {
            Some(self.approved(&app, Right::Own).await?.name)
        } else {
            None
        };
        match command {
            UserCommand::Add { name, role } => {
                let role: Role = role.parse().unwrap_or(Role::Cashier);
                let pin = pin("KEPTANG_NEW_PIN", &format!("New PIN for {name}: "))?;
                app.add_user(&name, role, &pin, by).await?;
            }
            UserCommand::Disable { name } => app.disable_user(&name, by).await?,
            UserCommand::Pin { name } => {
                let pin = pin("KEPTANG_NEW_PIN", &format!("New PIN for {name}: "))?;
                app.set_pin(&name, &pin, by).await?;
            }
            UserCommand::List => {}
        }
        for user in app.users().await? {
            self.printer.line(&user, |_| {
                format!(
                    "{:<20} {:<8} {}",
                    user.name,
                    user.role,
                    if user.disabled { "—" } else { "" }
                )
            });
        }
        Ok(Exit::Done)
    }

    pub(crate) async fn provider_list(&mut self) -> Result<Exit, Failure> {
        let app = self.open().await?;
        for line in app.provider_lines() {
            self.printer.line(&line, |_| {
                let range = match (&line.min, &line.max) {
                    (Some(min), Some(max)) => format!("฿{min}–{max}"),
                    _ => "—".to_owned(),
                };
                let on = if line.enabled { "on" } else { "off" };
                format!(
                    "{:<17} {on:<4} {:<10} {range:<24} {}",
                    line.id,
                    line.methods.join(" "),
                    line.tracking.join(" ")
                )
            });
        }
        Ok(Exit::Done)
    }

    pub(crate) async fn provider_test(&mut self, id: &str) -> Result<Exit, Failure> {
        let line = match self.open_for_questions().await {
            Ok(app) => app.test_provider(id).await?,
            Err(Failure::Start(error)) => {
                keptang_api::address_not_accepted(id, &error).ok_or(Failure::Start(error))?
            }
            Err(other) => return Err(other),
        };
        self.printer.line(&line, |thai| {
            let sentence = if thai { &line.message_th } else { &line.message_en };
            let setting = line
                .setting
                .as_ref()
                .map(|setting| format!("  [{setting}]"))
                .unwrap_or_default();
            format!("{:<17} {:<18} {sentence}{setting}", line.id, line.code)
        });
        Ok(if line.ok { Exit::Done } else { Exit::Error })
    }

    pub(crate) async fn reconcile(&mut self, date: &str, provider: Option<&str>) -> Result<Exit, Failure> {
        let app = self.open_for_questions().await?;
        let mut all_agree = true;
        for reconciled in app.reconcile(date, provider, self.user.clone()).await? {
            all_agree &= reconciled.lines.is_empty();
            for line in &reconciled.lines {
                self.printer.line(line, |_| {
                    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
                    format!(
                        "{:<16} {:<15} {:<8} {:>12} {:>12}  {} / {}  {}",
                        line.provider,
                        line.bucket,
                        or_none(&line.order),
                        or_none(&line.our_amount),
                        or_none(&line.their_amount),
                        line.our_state.unwrap_or("—"),
                        or_none(&line.their_state),
                        or_none(&line.provider_ref),
                    )
                });
            }
            let summary = &reconciled.summary;
            self.printer.line(summary, |thai| {
                let differ = reconciled.lines.len();
                if thai {
                    format!("{}: ตรงกัน {} ไม่ตรง {differ}", summary.provider, summary.agree)
                } else {
                    format!("{}: {} agree, {differ} do not", summary.provider, summary.agree)
                }
            });
        }
        Ok(if all_agree { Exit::Done } else { Exit::Review })
    }

    pub(crate) async fn balance(&mut self, id: &str) -> Result<Exit, Failure> {
        let app = self.open_for_questions().await?;
        let line = app.balance(id).await?;
        self.printer.line(&line, |_| {
            format!("{:<17} {} {}", line.id, line.available, line.currency)
        });
        Ok(Exit::Done)
    }

    pub(crate) async fn banks(&mut self, id: &str) -> Result<Exit, Failure> {
        let app = self.open_for_questions().await?;
        for line in app.banks(id).await? {
            self.printer.line(&line, |thai| {
                let name = line.name_th.as_ref().filter(|_| thai).unwrap_or(&line.name);
                let off = if line.active { "" } else { "—" };
                format!("{:<8} {name} {off}", line.code)
            });
        }
        Ok(Exit::Done)
    }

    pub(crate) async fn payout(&mut self, args: PayoutArgs) -> Result<Exit, Failure> {
        if let Some(amount) = &args.amount {
            parse_amount(amount)?;
        }
        let app = self.open_for_questions().await?;
        let by = self.approved(&app, Right::Own).await?.name;
        let line = match (args.resolve, args.account, args.amount) {
            (Some(id), ..) => {
                let done = args.outcome.as_deref() == Some("done");
                app.settle_payout(&id, done, by).await?
            }
            (None, Some(account), Some(amount)) => {
                let provider = args.provider;
                app.pay_out(PayoutWish {
                    provider,
                    account,
                    amount,
                    by,
                })
                .await?
            }
            (None, ..) => unreachable!("the argument parser demands an account and an amount"),
        };
        self.printer.line(&line, |thai| {
            let words = match (line.state, thai) {
                ("done", true) => "ถอนแล้ว",
                ("done", false) => "Paid out",
                ("requested", true) => "ผู้ให้บริการรับเรื่องแล้ว",
                ("requested", false) => "Taken by the provider",
                ("failed", true) => "ถอนไม่สำเร็จ",
                ("failed", false) => "Not paid out",
                (_, true) => "ยังไม่รู้ผล อย่าสั่งซ้ำ",
                (_, false) => "Not known yet; do not repeat it",
            };
            format!("{}  ฿{}  {}  {words}", line.payout_id, line.amount, line.account)
        });
        Ok(match line.state {
            "done" | "requested" => Exit::Done,
            "failed" => Exit::No,
            _ => Exit::NotYet,
        })
    }

    /// Opens the till; in training the simulator has to be there before it can be asked.
    async fn open_for_questions(&mut self) -> Result<App, Failure> {
        let app = self.open().await?;
        if app.is_training() {
            app.run_background().await;
        }
        Ok(app)
    }

    pub(crate) async fn ledger_verify(&mut self) -> Result<Exit, Failure> {
        let app = self.open().await?;
        let report = app.verify_ledger().await?;
        let intact = report.first_fault.is_none();
        let line = json!({
            "type": "ledger_verify", "ok": intact, "events": report.events, "orders": report.orders,
            "first_bad": report.first_fault,
        });
        self.printer
            .line(&line, |thai| match (&report.first_fault, thai) {
                (None, true) => format!("สมุดบัญชีครบถ้วน {} รายการ {} บิล", report.events, report.orders),
                (None, false) => format!(
                    "The ledger is intact: {} events, {} orders.",
                    report.events, report.orders
                ),
                (Some(fault), true) => format!("สมุดบัญชีถูกแก้ไขหรือเสียหาย เริ่มที่ {fault}"),
                (Some(fault), false) => format!("The ledger was changed or damaged, first at {fault}."),
            });
        Ok(if intact { Exit::Done } else { Exit::Error })
    }

    pub(crate) async fn serve(&mut self) -> Result<Exit, Failure> {
        let app = self.open().await?;
        app.run_background().await;
        let listen = app.settings().callbacks.listen;
        let line = json!({ "type": "serve", "listening": app.is_listening(), "listen": listen.to_string() });
        self.printer.line(&line, |thai| match (app.is_listening(), thai) {
            (true, true) => format!("ติดตามบิลที่ค้าง และรับแจ้งกลับที่ {listen} กด Ctrl C เพื่อหยุด"),
            (true, false) => format!("Following open payments, callbacks on {listen}. Ctrl C stops."),
            (false, true) => format!("ติดตามบิลที่ค้าง ({listen} มีโปรแกรมอื่นใช้อยู่) กด Ctrl C เพื่อหยุด"),
            (false, false) => {
                format!("Following open payments; {listen} is taken by another process. Ctrl C stops.")
            }
        });
        until_asked_to_stop().await;
        app.stop();
        Ok(Exit::Done)
    }

    pub(crate) async fn simulator(&mut self, args: SimulatorArgs) -> Result<Exit, Failure> {
        let running = keptang_api::run_simulator(args.listen, args.state)
            .await
            .map_err(|error| Failure::Simulator(error.to_string()))?;
        let base = running.base_url();
        let addresses = [
            ("omise_truemoney", running.omise_base_url()),
            ("deposit_gateway", running.deposit_base_url()),
            ("jwt_gateway", running.jwt_base_url()),
            ("crypto_2328", running.crypto_base_url()),
            ("easyslip", running.easyslip_base_url()),
        ];
        let line = json!({
            "type": "simulator", "base_url": base, "omise_base_url": running.omise_base_url(),
            "base_urls": addresses.iter().cloned().collect::<BTreeMap<_, _>>(),
            "control": format!("{base}/_control"),
        });
        self.printer.line(&line, |_| {
            let control = ("control", format!("{base}/_control"));
            let lines = addresses.iter().chain([&control]);
            lines
                .map(|(name, address)| format!("{name:<16} {address}"))
                .collect::<Vec<_>>()
                .join("\n")
        });
        until_asked_to_stop().await;
        running.stop().await;
        Ok(Exit::Done)
    }
}

/// Waits for Ctrl C or a polite kill.
async fn until_asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
