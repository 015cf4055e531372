// Which methods can take the amount being typed, and why not. The backend decides again; this only saves the cashier a try.
import type { Method, MethodInfo, ProviderInfo } from "../../ipc/generated";
import { parseWire, type Satang } from "../../lib/money";

export type Standing =
  | { usable: true; provider: ProviderInfo; range: { min: string; max: string } | null }
  | { usable: false; why: "min" | "max"; limit: string }
  | { usable: false; why: "not_set_up" | "no_provider" | "misconfigured" | "offline" };

const needsNet = (provider: ProviderInfo): boolean => provider.tracking.some((way) => way === "poll" || way === "callback" || way === "resend");
const ONE_BAHT: Satang = 100n;

function unavailable(reason: string | null): Standing {
  switch (reason) {
    case "not_set_up":
    case "misconfigured":
      return { usable: false, why: reason };
    default:
      return { usable: false, why: "no_provider" };
  }
}

/** Where a method stands for `satang`; null while nothing is typed. */
export function standing(method: MethodInfo, satang: Satang | null, offline: boolean): Standing {
  if (!method.available) return unavailable(method.reason);
  const working = method.providers.filter((provider) => provider.health !== "misconfigured");
  if (working.length === 0) return { usable: false, why: method.providers.length > 0 ? "misconfigured" : "no_provider" };
  const reachable = offline ? working.filter((provider) => !needsNet(provider)) : working;
  if (reachable.length === 0) return { usable: false, why: "offline" };
  const fitting = reachable.find(
    (provider) => satang === null || (satang >= parseWire(provider.min) && satang <= parseWire(provider.max)),
  );
  if (!fitting) {
    const mins = reachable.map((provider) => provider.min).sort((a, b) => (parseWire(a) < parseWire(b) ? -1 : 1));
    const maxes = reachable.map((provider) => provider.max).sort((a, b) => (parseWire(a) < parseWire(b) ? 1 : -1));
    const lowest = mins[0];
    if (lowest !== undefined && satang !== null && satang < parseWire(lowest)) return { usable: false, why: "min", limit: lowest };
    return { usable: false, why: "max", limit: maxes[0] ?? "0.00" };
  }
  const limited = parseWire(fitting.min) > ONE_BAHT;
  return { usable: true, provider: fitting, range: limited ? { min: fitting.min, max: fitting.max } : null };
}

/** The methods a cashier sees: coins are absent until the owner acknowledged the legal note. */
export function offered(methods: readonly MethodInfo[]): MethodInfo[] {
  return methods.filter((method) => method.method !== "crypto" || method.reason !== "not_set_up");
}

export const METHOD_KEYS: Readonly<Record<Method, string>> = { promptpay: "F1", truemoney: "F2", crypto: "F3", cash: "F4" };
