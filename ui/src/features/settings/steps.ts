// The wizard's steps and which keys each of them saves.
import { secretOwner } from "./words";
import { COUNTER, PRINTER, PROMPTPAY, SHOP, SLIPS, PROVIDERS, type Field, type ProviderId } from "./fields";

export const STEPS = ["shop", "accounts", "providers", "counter", "people", "try"] as const;
export type Step = (typeof STEPS)[number];

const keys = (fields: readonly Field[]): string[] => fields.map((field) => field.key);

export const SHOP_STEP: readonly Field[] = [...SHOP, ...COUNTER.filter((field) => ["shop.language", "shop.era"].includes(field.key))];

/** What a step saves; the people's step and the last one save by themselves. */
export function keysOf(step: Step, provider: ProviderId): readonly string[] {
  switch (step) {
    case "shop": return keys(SHOP_STEP);
    case "accounts": return [...keys(PROMPTPAY), "shop.accounts"];
    case "providers": return keys(PROVIDERS[provider]);
    case "counter": return [...keys(SLIPS), ...keys(PRINTER)];
    case "people": case "try": return [];
  }
}

/** What was found so far says that a step is done: the wizard may be left and entered again at any time. */
export function isDone(step: Step, values: Readonly<Record<string, unknown>>, secrets: readonly { name: string; set: boolean }[], people: number): boolean {
  const filled = (key: string): boolean => typeof values[key] === "string" && values[key] !== "";
  switch (step) {
    case "shop": return filled("shop.name");
    case "accounts": return filled("shop.promptpay_id") || (Array.isArray(values["shop.accounts"]) && values["shop.accounts"].length > 0);
    case "providers": return secrets.some((secret) => secret.set && ["jwt_gateway", "deposit_gateway", "omise_truemoney", "crypto_2328"].includes(secretOwner(secret.name)));
    case "counter": return values["printer.kind"] === "tcp" || values["printer.kind"] === "device" || secrets.some((secret) => secret.set && secretOwner(secret.name) === "easyslip");
    case "people": return people > 1;
    case "try": return false;
  }
}
