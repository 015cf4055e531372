// Who is at the memory host's till, what each may do, and the pause after wrong PINs. Everybody's PIN is 1234.
import type { Commands } from "../host";
import type { Approver, AuditLine, PersonLine, Right, Role, Session } from "../owner-types";
import { fault } from "./fault";

const PIN = "1234";
const TRIES = 3;
const LOCK_S = 30;

const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  auditor: ["look", "review"], cashier: ["look", "take"], manager: ["look", "take", "review", "decide"], owner: ["look", "take", "review", "decide", "own"],
};
const STAFF: readonly PersonLine[] = [
  { name: "คุณชื่นจิต", role: "owner", disabled: false, locked_for_s: null }, { name: "บอย", role: "manager", disabled: false, locked_for_s: null },
  { name: "แพรว", role: "cashier", disabled: false, locked_for_s: null }, { name: "มุก", role: "cashier", disabled: true, locked_for_s: null },
  { name: "คุณสมศรี", role: "auditor", disabled: false, locked_for_s: null },
];

/** What a command needs: a right, and whether a PIN every time. Commands that are not here are nobody's business. */
export type Needs = Partial<Record<keyof Commands, { right: Right; pin?: true }>>;
export const NEEDS: Needs = {
  order_confirm: { right: "decide", pin: true }, balance: { right: "review" }, reconcile: { right: "review" }, pin_change: { right: "look", pin: true },
  people_list: { right: "look" }, audit_list: { right: "review" },
  day_review: { right: "review" }, review_settle: { right: "decide", pin: true }, day_close: { right: "decide", pin: true }, day_sign: { right: "own", pin: true },
  day_paper: { right: "review" }, day_export: { right: "review" }, day_print: { right: "review" }, order_find: { right: "look" }, order_timeline: { right: "look" },
  order_refund: { right: "decide", pin: true }, refund_offer: { right: "look" }, slip_picture: { right: "review" },
  order_receipt: { right: "take" }, receipt_print: { right: "take" }, printer_state: { right: "take" }, printer_test: { right: "take" }, printer_drop: { right: "take" },
  shift_state: { right: "take" }, shift_open: { right: "take" }, drawer_move: { right: "take" }, shift_count: { right: "take" }, shift_close: { right: "take" },
  settings_get: { right: "look" }, settings_put: { right: "own", pin: true }, secret_put: { right: "own", pin: true },
  backup_state: { right: "review" }, backup_now: { right: "own", pin: true }, backup_drill: { right: "own", pin: true }, diagnostics: { right: "own" }, ledger_verify: { right: "review" },
  payout_list: { right: "review" }, payout_make: { right: "own", pin: true }, payout_settle: { right: "own", pin: true },
};

export class MemoryPeople {
  people: PersonLine[];
  person: string | null;
  audit: AuditLine[] = [];
  #wrong = 0;
  #now: () => string;

  constructor(options: { staff: boolean; signedIn: Role | null }, now: () => string) {
    this.people = options.staff ? [...STAFF] : [];
    this.person = this.people.find((one) => one.role === options.signedIn && !one.disabled)?.name ?? null;
    this.#now = now;
  }

  get session(): Session {
    const found = this.people.find((one) => one.name === this.person);
    const who = this.people.filter((one) => !one.disabled).map(({ name, role }) => ({ name, role }));
    if (who.length === 0) return { person: null, role: null, locked: false, has_people: false, rights: ["look", "take", "review"], who };
    return { person: this.person, role: found?.role ?? null, locked: !found, has_people: true, rights: found ? [...RIGHTS[found.role]] : [], who };
  }

  note(what: string, subject: string, facts: Record<string, unknown> = {}, by = this.person): void {
    this.audit.unshift({ number: this.audit.length + 1, at: this.#now(), by, what, subject, facts });
  }

  /** Refuses as Rust does; answers who answers for the action. */
  authorise(name: keyof Commands, as: Approver | undefined): string | null {
    const needs = NEEDS[name];
    if (!needs) return this.person;
    const session = this.session;
    if (!session.has_people) {
      if (needs.pin !== true && session.rights.includes(needs.right)) return null;
      throw fault("no_people", { right: needs.right });
    }
    if (as) {
      const found = this.#prove(as);
      if (!RIGHTS[found.role].includes(needs.right)) throw fault("forbidden", { user: as.user, right: needs.right });
      return found.name;
    }
    if (this.person === null) throw fault("locked");
    if (needs.pin === true || !session.rights.includes(needs.right)) throw fault("approval_needed", { right: needs.right });
    return this.person;
  }

  #prove(as: Approver): PersonLine {
    const found = this.people.find((one) => one.name === as.user && !one.disabled);
    if (found && as.pin === PIN) {
      this.#wrong = 0;
      return found;
    }
    this.#wrong += 1;
    if (this.#wrong < TRIES) throw fault("pin_wrong", { tries_left: String(TRIES - this.#wrong) });
    this.#wrong = 0;
    throw fault("pin_locked", { seconds: String(LOCK_S) });
  }

  #byOwner(as: Approver | undefined): void {
    if (!as) throw fault("approval_needed", { right: "own" });
    if (!RIGHTS[this.#prove(as).role].includes("own")) throw fault("forbidden", { user: as.user, right: "own" });
  }

  readonly handlers = {
    sign_in: async (request: Approver): Promise<Session> => {
      this.person = this.#prove(request).name;
      return this.session;
    },
    lock: async (): Promise<Session> => {
      this.person = null;
      return this.session;
    },
    people_list: async (): Promise<{ people: PersonLine[] }> => ({ people: this.people }),
    person_add: async ({ name, role, as }: { name: string; role: Role; pin: string; as?: Approver }): Promise<PersonLine> => {
      if (this.people.length === 0) {
        if (role !== "owner") throw fault("person_refused", { why: "owner_first" });
      } else this.#byOwner(as);
      if (this.people.some((one) => one.name === name)) throw fault("person_refused", { why: "name_taken" });
      const line: PersonLine = { name, role, disabled: false, locked_for_s: null };
      // Whoever sets a shop up goes on working in it.
      if (this.people.length === 0) this.person = name;
      this.people = [...this.people, line];
      this.note("person_added", name, { role }, as?.user ?? name);
      return line;
    },
    person_change: async ({ name, as, ...change }: { name: string; role?: Role; pin?: string; disabled?: boolean; as?: Approver }): Promise<PersonLine> => {
      const found = this.people.find((one) => one.name === name);
      if (!found) throw fault("not_found");
      this.#byOwner(as);
      const line: PersonLine = { ...found, ...(change.role ? { role: change.role } : {}), ...(change.disabled === undefined ? {} : { disabled: change.disabled }) };
      if (!this.people.some((one) => (one.name === name ? line : one).role === "owner" && !(one.name === name ? line : one).disabled)) {
        throw fault("person_refused", { why: "last_owner" });
      }
      this.people = this.people.map((one) => (one.name === name ? line : one));
      this.note("person_changed", name, { before: { role: found.role, disabled: found.disabled }, after: { role: line.role, disabled: line.disabled } }, as?.user);
      return line;
    },
    pin_change: async ({ as }: { pin: string; as?: Approver }): Promise<PersonLine> => {
      const found = this.people.find((one) => one.name === as?.user);
      if (!found) throw fault("not_found");
      this.note("person_changed", found.name, {}, found.name);
      return found;
    },
    audit_list: async ({ before, what }: { before?: number; what?: string }): Promise<{ lines: AuditLine[]; more: boolean }> => {
      const found = this.audit.filter((line) => (before === undefined || line.number < before) && (what === undefined || line.what === what));
      return { lines: found.slice(0, 50), more: found.length > 50 };
    },
  };
}
