//! The command line, word for word as cli.md has it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Keptang, the till without a window. With no command it opens the window when that is installed beside it.
///
/// Exit codes: 0 done · 1 error (configuration, outage) · 2 bad usage or input · 3 a clear no · 4 needs review ·
/// 5 not known yet.
#[derive(Debug, Parser)]
#[command(
    name = "keptang",
    version,
    arg_required_else_help = false,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    /// Where settings, ledger and logs are
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// One JSON object per line on stdout, nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Who acts; the PIN comes from KEPTANG_PIN or a prompt
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub(crate) user: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a data directory with settings.toml and an empty ledger
    Init(InitArgs),
    /// People who work at the till
    #[command(subcommand)]
    User(UserCommand),
    /// Take a payment
    Charge(ChargeArgs),
    /// Look at orders and act on them
    #[command(subcommand)]
    Order(OrderCommand),
    /// Transfer slips that customers show
    #[command(subcommand)]
    Slip(SlipCommand),
    /// What a business day took, and what somebody has to look at
    Report(ReportArgs),
    /// The receipt of a paid order, as PDF; gives it its number the first time
    Receipt(ReceiptArgs),
    /// Shifts: one cashier's time at this counter, opened and closed with a count
    #[command(subcommand)]
    Shift(ShiftCommand),
    /// X, Z and sign-off of a business day
    #[command(subcommand)]
    Day(DayCommand),
    /// Hold a day against the providers' lists
    Reconcile {
        /// Business day, YYYY-MM-DD
        #[arg(long, value_name = "D")]
        date: String,
        /// Only this provider
        #[arg(long, value_name = "ID")]
        provider: Option<String>,
    },
    /// Payment providers
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Withdraw to a registered account; owner only
    Payout(PayoutArgs),
    /// The ledger
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Follow open payments and listen for callbacks, with no window
    Serve,
    /// Run the provider simulator alone
    Simulator(SimulatorArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum ReportFormat {
    Table,
    Json,
    Csv,
    Xlsx,
    Pdf,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Business day, YYYY-MM-DD; today when left out
    #[arg(long, value_name = "D")]
    pub(crate) date: Option<String>,
    /// How it is written
    #[arg(long, value_name = "F", default_value = "table")]
    pub(crate) format: ReportFormat,
    /// Into this file instead of the terminal; needed for xlsx and pdf
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaperArg {
    #[value(name = "80")]
    Roll80,
    #[value(name = "58")]
    Roll58,
    #[value(name = "a4")]
    A4,
}

#[derive(Debug, Args)]
pub(crate) struct ReceiptArgs {
    /// Number or id
    pub(crate) order: String,
    /// Width of the paper in millimetres, or a4
    #[arg(long, value_name = "P", default_value = "80")]
    pub(crate) paper: PaperArg,
    /// The credit note of this refund instead of the receipt
    #[arg(long, value_name = "REFUND_ID")]
    pub(crate) refund: Option<String>,
    /// Where to
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ShiftCommand {
    /// Begin a shift at this counter
    Open {
        /// Baht in the drawer at the start
        #[arg(long, value_name = "A", default_value = "0", allow_hyphen_values = true)]
        float: String,
    },
    /// Put money into the drawer
    In(DrawerArgs),
    /// Take money out of the drawer
    Out(DrawerArgs),
    /// End the shift; what was counted is compared only afterwards
    Close {
        /// Baht counted in the drawer; may be left out when nothing should be in it
        #[arg(long, value_name = "A", allow_hyphen_values = true)]
        counted: Option<String>,
        /// Baht counted of another method, METHOD=A; may be repeated
        #[arg(long = "counted-by", value_name = "M=A")]
        counted_by: Vec<String>,
    },
    /// The open shift of this counter, or the last one
    Show,
}

#[derive(Debug, Args)]
pub(crate) struct DrawerArgs {
    /// Baht
    #[arg(value_name = "A", allow_hyphen_values = true)]
    pub(crate) amount: String,
    /// What for
    #[arg(long, value_name = "T")]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct DayArgs {
    /// Business day, YYYY-MM-DD; today when left out
    #[arg(long, value_name = "D")]
    pub(crate) date: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DayCommand {
    /// Totals so far; closes nothing
    X(DayArgs),
    /// The numbered, unchangeable close
    Z(DayArgs),
    /// Sign the day off; refused while something is open
    Sign {
        #[command(flatten)]
        day: DayArgs,
        /// Explains everything that is still open
        #[arg(long, value_name = "T")]
        reason: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Practise with the built-in provider simulator; no money moves
    #[arg(long)]
    pub(crate) training: bool,
    /// Create the first user, an owner; the PIN comes from KEPTANG_NEW_PIN or a prompt
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person; the new PIN comes from KEPTANG_NEW_PIN or a prompt
    Add {
        name: String,
        /// What they may do
        #[arg(long, value_parser = ["owner", "manager", "cashier", "auditor"])]
        role: String,
    },
    /// Everyone
    List,
    /// Someone no longer works here
    Disable { name: String },
    /// Give a person a new PIN
    Pin { name: String },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum MethodArg {
    Promptpay,
    Truemoney,
    Crypto,
    Cash,
}

impl MethodArg {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Promptpay => "promptpay",
            Self::Truemoney => "truemoney",
            Self::Crypto => "crypto",
            Self::Cash => "cash",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Watching {
    /// Return once the customer can pay
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Stop watching after so many seconds; nothing is cancelled
    #[arg(long, value_name = "S")]
    pub(crate) timeout: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct ParticularsArgs {
    /// Coin, for crypto
    #[arg(long)]
    pub(crate) coin: Option<String>,
    /// Network, for crypto
    #[arg(long)]
    pub(crate) network: Option<String>,
    /// What the customer handed over, for cash
    #[arg(long, value_name = "A", allow_hyphen_values = true)]
    pub(crate) tendered: Option<String>,
}

impl ParticularsArgs {
    pub(crate) fn wish(self) -> keptang_api::ParticularsWish {
        keptang_api::ParticularsWish {
            coin: self.coin,
            network: self.network,
            tendered: self.tendered,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct PayoutArgs {
    /// Whose money
    #[arg(long, value_name = "ID", default_value = "jwt_gateway")]
    pub(crate) provider: String,
    /// Label of a registered account (providers.jwt_gateway.payout_accounts)
    #[arg(long, value_name = "LABEL", required_unless_present = "resolve")]
    pub(crate) account: Option<String>,
    /// Baht
    #[arg(
        long,
        value_name = "A",
        allow_hyphen_values = true,
        required_unless_present = "resolve"
    )]
    pub(crate) amount: Option<String>,
    /// End an open payout after looking at the provider's dashboard
    #[arg(long, value_name = "PAYOUT_ID", requires = "outcome", conflicts_with_all = ["account", "amount"])]
    pub(crate) resolve: Option<String>,
    /// What the dashboard says
    #[arg(long, value_parser = ["done", "failed"], requires = "resolve")]
    pub(crate) outcome: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ChargeArgs {
    /// Baht: 250, 250.50, 1,250.00 or ๒๕๐
    #[arg(long, value_name = "A", allow_hyphen_values = true)]
    pub(crate) amount: String,
    /// How the customer pays
    #[arg(long, value_name = "M")]
    pub(crate) method: MethodArg,
    /// Ask this provider only
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
    /// Free text kept with the order
    #[arg(long, value_name = "T")]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) particulars: ParticularsArgs,
    #[command(flatten)]
    pub(crate) watching: Watching,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// Try again on the same order; the older attempt stays listened to
    Retry {
        /// Number or id
        order: String,
        #[arg(long, value_name = "M")]
        method: MethodArg,
        #[arg(long, value_name = "ID")]
        provider: Option<String>,
        #[command(flatten)]
        particulars: ParticularsArgs,
        #[command(flatten)]
        watching: Watching,
    },
    /// Orders, newest first
    List {
        /// Of this business day, YYYY-MM-DD
        #[arg(long, value_name = "D")]
        date: Option<String>,
        /// open, due, settled, completed or voided
        #[arg(long, value_name = "S")]
        status: Option<String>,
        /// Number, note, cashier, reference or amount
        #[arg(long, value_name = "T")]
        search: Option<String>,
        /// At most so many
        #[arg(long, value_name = "K", default_value_t = 50)]
        limit: usize,
        /// Older than this order
        #[arg(long, value_name = "N")]
        after: Option<String>,
    },
    /// One order
    Show { order: String },
    /// Everything that happened to an order, oldest first
    Timeline { order: String },
    /// Ask the provider now
    Check { order: String },
    /// Cancel, truthfully: payment beats cancel
    Cancel { order: String },
    /// Mark as paid by a person's word
    Confirm {
        order: String,
        /// Why
        #[arg(long, value_parser = ["bank_app_shown", "provider_dashboard", "slip_checked_by_hand", "phone_call", "other"])]
        reason: String,
        /// Needed with the reason "other"
        #[arg(long, value_name = "T")]
        note: Option<String>,
    },
    /// Void or refund by the provider's rules, or record money returned by transfer
    Refund {
        order: String,
        /// Baht; everything when left out
        #[arg(long, value_name = "A", allow_hyphen_values = true)]
        amount: Option<String>,
        /// Why
        #[arg(long, value_parser = ["customer_request", "wrong_amount", "duplicate_payment", "goods_unavailable", "other"])]
        reason: String,
        /// The money was already returned by transfer, under this reference
        #[arg(long, value_name = "REFERENCE")]
        by_transfer: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SlipCommand {
    /// Verify a slip and attach it to the order it pays
    Verify(SlipVerifyArgs),
    /// Slips that wait for their bank
    Queue,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("slip").required(true).args(["file", "text", "url"]))]
pub(crate) struct SlipVerifyArgs {
    /// Its picture: PNG, JPEG, GIF or WebP, up to 4 MiB
    pub(crate) file: Option<PathBuf>,
    /// The text of its QR, from a scanner
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) text: Option<String>,
    /// Where its picture lies
    #[arg(long, value_name = "U")]
    pub(crate) url: Option<String>,
    /// For this order; found by amount, receiver and time when left out
    #[arg(long, value_name = "N")]
    pub(crate) order: Option<String>,
    /// Wait so many seconds for a bank that is late
    #[arg(long, value_name = "S")]
    pub(crate) wait: Option<u64>,
    /// Accept it although its time or its receiver's name is in question; a manager's word
    #[arg(long = "override", requires = "reason")]
    pub(crate) overriding: bool,
    /// Why it is accepted all the same
    #[arg(long, value_name = "R", requires = "overriding")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProviderCommand {
    /// What each provider can do
    List,
    /// Try the connection and name the fault
    Test { id: String },
    /// What the provider holds for the shop
    Balance { id: String },
    /// Banks it can pay out to
    Banks { id: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Prove that nothing in the ledger was changed
    Verify,
    /// Encrypted copy of the ledger and the settings; the passphrase comes from KEPTANG_PASSPHRASE or a prompt
    Backup {
        /// Where to; never overwritten
        file: PathBuf,
    },
    /// Bring a copy back in place of the ledger, or only try whether it could be
    Restore {
        /// The copy
        file: PathBuf,
        /// Verify everything and replace nothing
        #[arg(long)]
        drill: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SimulatorArgs {
    /// Loopback address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8790")]
    pub(crate) listen: std::net::SocketAddr,
    /// Keep charges in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}
