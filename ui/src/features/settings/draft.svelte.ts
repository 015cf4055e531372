// What the owner has changed on a settings page and not saved yet, and what came back for each field. One page has one; the
// wizard keeps its own from the first step to the last, so that leaving it loses nothing that was saved.
import type { Client } from "../../ipc/client";
import { asApiError, codeOf, errorText } from "../../ipc/errors";
import type { ApiError } from "../../ipc/generated";
import type { Approval, Approver, SettingsView } from "../../ipc/owner-types";
import { language, m } from "../../messages/index.svelte";
import { withApproval } from "../../session/approval.svelte";
import { may } from "../../session/present.svelte";

/** Changes that can send money elsewhere: the till announces them until its shift is over. */
export function movesMoney(key: string): boolean {
  return key === "shop.promptpay_id" || key === "shop.accounts" || key.startsWith("providers.") || key.startsWith("routing.");
}

export class Draft {
  view = $state.raw<SettingsView | null>(null);
  busy = $state(false);
  problem = $state("");
  told = $state("");
  #changed = $state.raw<Readonly<Record<string, unknown>>>({});
  #faults = $state.raw<Readonly<Record<string, ApiError | (() => string)>>>({});
  #client: Client;
  #remembers: boolean;
  #approver: Approver | null = null;

  /**
   * `remembers`: the owner's PIN is asked once and used until this draft is gone. For the wizard alone, where one person
   * answers one set of questions in one sitting.
   */
  constructor(client: Client, options: { remembers?: boolean } = {}) {
    this.#client = client;
    this.#remembers = options.remembers ?? false;
  }

  get dirty(): boolean { return Object.keys(this.#changed).length > 0; }
  get announces(): boolean { return Object.keys(this.#changed).some(movesMoney); }

  value(key: string): unknown {
    return Object.hasOwn(this.#changed, key) ? this.#changed[key] : (this.view?.values[key] ?? null);
  }

  text(key: string): string {
    const value = this.value(key);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }

  /** Null takes the setting away: its default holds then. */
  set(key: string, value: unknown): void {
    this.told = "";
    const { [key]: _fault, ...faults } = this.#faults;
    this.#faults = faults;
    const { [key]: _old, ...others } = this.#changed;
    const same = JSON.stringify(value) === JSON.stringify(this.view?.values[key] ?? null);
    this.#changed = same ? others : { ...others, [key]: value };
  }

  /** What the page itself can see is wrong. */
  refuse(key: string, why: () => string): void {
    this.#faults = { ...this.#faults, [key]: why };
  }

  fault(key: string): string {
    const found = this.#faults[key];
    if (found === undefined) return "";
    if (typeof found === "function") return found();
    const { message_th, message_en } = found.params;
    return (language() === "th" ? message_th : message_en) ?? m.settings_unfit();
  }

  /** The PIN that was remembered is forgotten; what is typed stays. */
  forget(): void {
    this.#approver = null;
  }

  drop(): void {
    this.#changed = {};
    this.#faults = {};
    this.problem = "";
  }

  async load(): Promise<void> {
    await this.#work(() => withApproval("look", (as) => this.#client.settings_get(as)), (view) => (this.view = view));
  }

  /** True when everything is saved. `only`: the keys of one step; others stay as they are typed. */
  async save(only?: readonly string[]): Promise<boolean> {
    const changes = Object.entries(this.#changed).filter(([key]) => only === undefined || only.includes(key)).map(([key, value]) => ({ key, value }));
    if (Object.keys(this.#faults).some((key) => changes.some((change) => change.key === key))) return false;
    if (changes.length === 0) return true;
    const file_version = this.view?.file_version ?? "";
    const title = changes.some(({ key }) => movesMoney(key)) ? m.settings_approve_money() : m.settings_approve();
    return this.#lookAgain(await this.#work(() => this.#asOwner((as) => this.#client.settings_put({ changes, file_version, ...as }), title), (view) => {
      this.view = view;
      const saved = new Set(changes.map(({ key }) => key));
      this.#changed = Object.fromEntries(Object.entries(this.#changed).filter(([key]) => !saved.has(key)));
      this.told = m.settings_saved();
    }));
  }

  /** A key of a provider. It goes in and never comes back. */
  async putSecret(name: string, value: string): Promise<boolean> {
    return this.#lookAgain(await this.#work(() => this.#asOwner((as) => this.#client.secret_put({ name, value, ...as }), m.settings_approve_key()), (view) => {
      this.view = view;
      this.told = m.settings_key_kept();
    }));
  }

  /** Anything else of this page that wants the owner's PIN. */
  async owners<T>(action: (as: Approval) => Promise<T>, title: string, then: (reply: T) => void): Promise<boolean> {
    return this.#work(() => this.#asOwner(action, title), then);
  }

  /** The owner's reply holds whole account numbers; whoever goes on working here sees what is theirs to see. */
  async #lookAgain(done: boolean): Promise<boolean> {
    const { told } = this;
    if (done && !may("own")) await this.load();
    if (done) this.told = told;
    return done;
  }

  async #asOwner<T>(action: (as: Approval) => Promise<T>, title: string): Promise<T | null> {
    const known = this.#approver;
    if (known !== null) {
      try {
        return await action({ as: known });
      } catch (thrown) {
        if (!["pin_wrong", "pin_locked", "forbidden"].includes(codeOf(asApiError(thrown)))) throw thrown;
        this.#approver = null;
      }
    }
    let used: Approver | null = null;
    const reply = await withApproval("own", (as) => {
      used = as.as ?? null;
      return action(as);
    }, { title, always: true });
    if (reply !== null && this.#remembers) this.#approver = used;
    return reply;
  }

  async #work<T>(run: () => Promise<T | null>, then: (reply: T) => void): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = "";
    this.told = "";
    try {
      const reply = await run();
      if (reply !== null) then(reply);
      return reply !== null;
    } catch (thrown) {
      await this.#refused(asApiError(thrown));
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #refused(error: ApiError): Promise<void> {
    const setting = error.params.setting;
    if (codeOf(error) === "bad_setting" && setting !== undefined) {
      this.#faults = { ...this.#faults, [setting]: error };
      this.problem = m.settings_refused();
      return;
    }
    this.problem = errorText(error);
    // What is typed stays; what it is held against is read anew.
    if (codeOf(error) === "changed_meanwhile") this.view = await this.#client.settings_get({});
  }
}
