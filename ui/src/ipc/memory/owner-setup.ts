// The memory host's settings: the same keys and refusals as settings.toml, its secrets (never told again), backups and proofs.
import type { Approver, Announcement, BackupState, File, Proof, SecretLine, SettingChange, SettingsView } from "../owner-types";
import { fault } from "./fault";
import { isoAt } from "./world";

interface Means { nowMs: () => number; note: (what: string, subject: string, facts: Record<string, unknown>, by?: string) => void; announce: (one: Announcement) => void; seesAccounts: () => boolean }

/** Addresses stand here as data; nothing is asked of them. */
const WEB = ["https:", "", ""].join("/");
const FULL: Readonly<Record<string, unknown>> = {
  training: false, "shop.name": "ชื่นใจ คาเฟ่ แอนด์ บาร์", "shop.tax_id": "0105559000001", "shop.branch": "สาขาอารีย์", "shop.address": "88 ซอยอารีย์ 1 พญาไท กรุงเทพฯ 10400",
  "shop.promptpay_id": "0812345678", "shop.language": "th", "shop.era": "be", "shop.day_cutoff": "04:00", "shop.adjust_limit": "1.00", "shop.counter": "A", "shop.idle_lock_minutes": 5,
  "shop.accounts": [{ bank_code: "004", number: "1234567890", name_th: "บจก. ชื่นใจ", name_en: "CHUENJAI CO LTD", promptpay: "0812345678" }],
  "vat.mode": "registered", "vat.pos_id": "E0101", "ledger.url": "sqlite:ledger.sqlite", "backup.folder": "/media/usb/keptang", "backup.every_hours": 24, "backup.keep": 14,
  "callbacks.listen": "127.0.0.1:8787", "callbacks.public_url": WEB + "till.example.co.th", "providers.jwt_gateway.base_url": WEB + "pay.example.co.th/api/v1", "providers.jwt_gateway.merchant_id": "M-20418",
  "providers.jwt_gateway.payout_accounts": [{ label: "บัญชีร้าน", bank_code: "004", account_no: "1234567890", account_name: "บจก. ชื่นใจ" }, { label: "คุณชื่นจิต", bank_code: "014", account_no: "4051239876", account_name: "นางชื่นจิต ใจดี" }],
  "providers.omise_truemoney.base_url": WEB + "api.omise.co", "providers.crypto_2328.project": "chuenjai", "providers.crypto_2328.legal_note_acknowledged": true, "providers.crypto_2328.coins": ["USDT/TRX-TRC20", "USDT/BSC-BEP20"],
  "slips.easyslip.base_url": WEB + "api.easyslip.com/v2", "slips.easyslip.keep_images_days": 30, "slips.easyslip.match_account": true, "routing.promptpay": ["jwt_gateway", "promptpay_direct"], "routing.truemoney": ["omise_truemoney"],
  "routing.crypto": ["crypto_2328"], "routing.cash": ["cash"], "timing.poll_fast_ms": 2000, "timing.poll_slow_ms": 10000, "timing.late_watch_hours": 48, "timing.request_timeout_ms": 15000,
  "timing.slip_retry_first_s": 30, "timing.slip_retry_every_s": 60, "printer.kind": "tcp", "printer.address": "192.168.1.50:9100", "printer.width_mm": 80, "printer.auto": false,
};
const FIRST: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.keys(FULL).filter((key) => /^(timing|routing|callbacks\.listen|backup\.(every|keep)|printer|vat\.mode|shop\.(language|era|day|adjust|counter|idle))/.test(key)).map((key) => [key, FULL[key]])),
  training: true, "shop.era": "ce", "vat.mode": "none", "printer.kind": "none", "printer.address": null,
};
/** Named by their variables, as the real ones are. */
const variable = (name: string): string => `KEPTANG_SECRET__${name.toUpperCase().replace(".", "__")}`;
const PASSPHRASE = variable("backup.passphrase");
const SECRETS = ["deposit_gateway.token", "deposit_gateway.api_key", "deposit_gateway.secret_key", "jwt_gateway.api_key", "omise_truemoney.secret_key", "omise_truemoney.public_key", "omise_truemoney.webhook_secret", "crypto_2328.api_key", "easyslip.api_key", "backup.passphrase"].map(variable);

function refusal(key: string, value: unknown): [th: string, en: string] | null {
  const text = typeof value === "string" ? value : "";
  if (key === "shop.promptpay_id" && text !== "" && ![10, 13, 15].includes(text.replace(/\D/g, "").length)) return ["ต้องมี 10, 13 หรือ 15 หลัก", "It has 10, 13 or 15 figures"];
  if (key === "shop.tax_id" && text !== "" && !/^\d{13}$/.test(text)) return ["เลขผู้เสียภาษีมี 13 หลัก", "A tax ID has 13 figures"];
  if (key === "shop.day_cutoff" && !/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return ["เวลาแบบ 04:00", "A time such as 04:00"];
  if (key.endsWith("base_url") && text !== "" && !text.startsWith(WEB)) return ["ต้องขึ้นต้นด้วย https", "It must begin with https"];
  return null;
}

export class MemorySetup {
  values: Record<string, unknown>;
  secrets: SecretLine[];
  version = 1;
  firstRun: boolean;
  backup: BackupState;
  #means: Means;

  constructor(means: Means, options: { full: boolean; firstRun: boolean; training: boolean }) {
    this.#means = means;
    this.firstRun = options.firstRun;
    this.values = { ...(options.full ? FULL : FIRST), training: options.training };
    const set = options.full ? ["jwt_gateway.api_key", "omise_truemoney.public_key", "omise_truemoney.secret_key", "crypto_2328.api_key", "backup.passphrase"].map(variable) : [];
    this.secrets = SECRETS.map((name) => ({ name, set: set.includes(name), from: set.includes(name) ? "keychain" : null, live: set.includes(name) && name !== PASSPHRASE ? !name.includes("OMISE") : null }));
    this.backup = options.full
      ? { folder: "/media/usb/keptang", every_hours: 24, last: { at: isoAt(-39_600_000), path: "/media/usb/keptang/keptang-20251121-0330.ktb", bytes: 4_812_032 }, error: null, passphrase_set: true }
      : { folder: null, every_hours: 24, last: null, error: null, passphrase_set: false };
  }

  get view(): SettingsView {
    const accounts = this.values["shop.accounts"];
    const masked = Array.isArray(accounts) && !this.#means.seesAccounts() ? { "shop.accounts": accounts.map((one: Record<string, unknown>) => ({ ...one, number: `xxx-x-x${String(one.number).slice(-4, -1)}-x` })) } : {};
    return { values: { ...this.values, ...masked }, secrets: this.secrets, overridden: [], keychain: true, file_version: String(this.version), training: this.values.training === true, restart_needed: this.version > 1, first_run: this.firstRun };
  }

  readonly handlers = {
    settings_get: async (): Promise<SettingsView> => this.view,
    settings_put: async ({ changes, file_version, as }: { changes: SettingChange[]; file_version: string; as?: Approver }): Promise<SettingsView> => {
      if (file_version !== String(this.version)) throw fault("changed_meanwhile");
      for (const { key, value } of changes) {
        const why = refusal(key, value);
        if (why) throw fault("bad_setting", { setting: key, message_th: why[0], message_en: why[1] });
      }
      for (const { key, value } of changes) {
        this.#means.note("settings_changed", key, { before: this.values[key] ?? null, after: value }, as?.user);
        this.values = { ...this.values, [key]: value };
        if (key === "shop.promptpay_id" || key === "shop.accounts") this.#means.announce({ at: isoAt(this.#means.nowMs()), by: as?.user ?? null, what: "account_changed", subject: key });
        else if (key.startsWith("providers.") || key.startsWith("routing.")) this.#means.announce({ at: isoAt(this.#means.nowMs()), by: as?.user ?? null, what: "provider_changed", subject: key });
      }
      this.version += 1;
      this.firstRun = false;
      this.backup = { ...this.backup, folder: (this.values["backup.folder"] as string | undefined) ?? null };
      return this.view;
    },
    secret_put: async ({ name, value, as }: { name: string; value: string; as?: Approver }): Promise<SettingsView> => {
      if (/\s/.test(value)) throw fault("bad_setting", { setting: name, message_th: "กุญแจนี้มีช่องว่างอยู่ข้างใน น่าจะติดมาตอนคัดลอก", message_en: "This key has a space inside, probably from copying" });
      this.secrets = this.secrets.map((one) => (one.name === name ? { ...one, set: true, from: "keychain" as const, live: name === PASSPHRASE ? null : !/test/.test(value) } : one));
      this.#means.note("receiving_changed", name, {}, as?.user);
      if (name === PASSPHRASE) this.backup = { ...this.backup, passphrase_set: true };
      else this.#means.announce({ at: isoAt(this.#means.nowMs()), by: as?.user ?? null, what: "key_changed", subject: name });
      return this.view;
    },
    backup_state: async (): Promise<BackupState> => this.backup,
    backup_now: async (): Promise<BackupState> => {
      if (this.backup.folder === null || !this.backup.passphrase_set) throw fault("wrong_state");
      this.backup = { ...this.backup, last: { at: isoAt(this.#means.nowMs()), path: `${this.backup.folder}/keptang-20251121-1435.ktb`, bytes: 4_829_184 }, error: null };
      return this.backup;
    },
    backup_drill: async ({ passphrase }: { path?: string; passphrase?: string }): Promise<Proof> =>
      passphrase === undefined || passphrase === "1234" ? { ok: true, events: 48_211, orders: 9_630, fault: null } : { ok: false, events: 0, orders: 0, fault: "passphrase" },
    diagnostics: async (): Promise<File> => ({ path: "exports/keptang-diagnostics-20251121.zip", name: "keptang-diagnostics-20251121.zip", bytes: 212_480 }),
    ledger_verify: async (): Promise<Proof> => ({ ok: true, events: 48_224, orders: 9_633, fault: null }),
    file_open: async (): Promise<object> => ({}),
  };
}
