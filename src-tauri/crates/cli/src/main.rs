//! The headless till: parses the command line, calls the contract, prints lines and ends with an exit code. No rule
//! of the till is decided here.

mod args;
mod charge;
mod exit;
mod orders;
mod owner;
mod paper;
mod print;
mod sentences;
mod shop;
mod slip;

use args::{Cli, Command, LedgerCommand, ProviderCommand, SlipCommand};
use clap::Parser;
use exit::{Exit, Failure};
use keptang_api::{App, Options, Person, Right};
use print::{Printer, said};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap's own codes: 0 for help and version, 2 for usage.
            let code = error.exit_code();
            let _ = error.print();
            return ExitCode::from(u8::try_from(code).unwrap_or(2));
        }
    };
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let exit = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(_) => {
            said(
                "The till could not start: the system gave it no threads. Close other programs and try again.",
            );
            Exit::Error
        }
    };
    ExitCode::from(exit.code())
}

/// Warnings and errors only, unless `RUST_LOG` asks for more; stdout belongs to the lines.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
}

async fn run(cli: Cli) -> Exit {
    let Some(command) = cli.command else {
        return open_window();
    };
    let mut session = Session {
        options: Options {
            data_dir: cli.data_dir,
        },
        user: cli.user,
        printer: Printer::new(cli.json),
    };
    match session.dispatch(command).await {
        Ok(exit) => session.printer.end(exit),
        Err(failure) => session.printer.failure(&failure),
    }
}

/// One run of the command line.
pub(crate) struct Session {
    options: Options,
    user: Option<String>,
    printer: Printer,
}

impl Session {
    async fn dispatch(&mut self, command: Command) -> Result<Exit, Failure> {
        match command {
            Command::Init(init) => self.init(init).await,
            Command::User(user) => self.user_command(user).await,
            Command::Charge(charge) => self.charge(charge).await,
            Command::Order(order) => self.order_command(order).await,
            Command::Provider(ProviderCommand::List) => self.provider_list().await,
            Command::Provider(ProviderCommand::Test { id }) => self.provider_test(&id).await,
            Command::Provider(ProviderCommand::Balance { id }) => self.balance(&id).await,
            Command::Provider(ProviderCommand::Banks { id }) => self.banks(&id).await,
            Command::Slip(SlipCommand::Verify(verify)) => self.slip_verify(verify).await,
            Command::Slip(SlipCommand::Queue) => self.slip_queue().await,
            Command::Payout(payout) => self.payout(payout).await,
            Command::Ledger(LedgerCommand::Verify) => self.ledger_verify().await,
            Command::Reconcile { date, provider } => self.reconcile(&date, provider.as_deref()).await,
            Command::Serve => self.serve().await,
            Command::Simulator(simulator) => self.simulator(simulator).await,
            Command::Report(args) => self.report(args).await,
            Command::Receipt(args) => self.receipt(args).await,
            Command::Shift(command) => self.shift_command(command).await,
            Command::Day(command) => self.day_command(command).await,
            Command::Ledger(LedgerCommand::Backup { file }) => self.backup(&file).await,
            Command::Ledger(LedgerCommand::Restore { file, drill }) => self.restore(&file, drill).await,
        }
    }

    /// Opens the till of the data directory and lets the printer speak the shop's language.
    pub(crate) async fn open(&mut self) -> Result<App, Failure> {
        let app = App::open(self.options.clone()).await?;
        self.printer.set_language(&app);
        Ok(app)
    }

    /// The person named by `--as`, whose PIN is right and whose role is high enough.
    pub(crate) async fn approved(&self, app: &App, right: Right) -> Result<Person, Failure> {
        let name = self.user.as_deref().ok_or(Failure::WhoIsMissing)?;
        let pin = pin("KEPTANG_PIN", &format!("PIN of {name}: "))?;
        Ok(app.approve(name, &pin, right).await?)
    }
}

/// A PIN from the environment or, at a terminal, from a prompt that does not echo.
pub(crate) fn pin(variable: &'static str, prompt: &str) -> Result<String, Failure> {
    match std::env::var(variable) {
        Ok(pin) if !pin.is_empty() => Ok(pin),
        _ => rpassword::prompt_password(prompt).map_err(|_| Failure::PinMissing(variable)),
    }
}

/// With no command: the window, when it is installed beside this program.
fn open_window() -> Exit {
    let beside = std::env::current_exe()
        .ok()
        .map(|path| path.with_file_name("keptang-desktop"));
    let started = beside
        .filter(|path| path.exists())
        .map(|path| std::process::Command::new(path).status());
    match started {
        Some(Ok(status)) if status.success() => Exit::Done,
        Some(_) => {
            said("The window closed with an error. Its log is in the data directory.");
            Exit::Error
        }
        None => {
            said(
                "The window (keptang-desktop) is not installed beside this program. `keptang --help` lists what works without it.",
            );
            Exit::Usage
        }
    }
}
