// Whom to offer when the routed provider is down or refuses: the next one the owner listed for that method that this bill
// has not tried and that is set up.
import type { MethodInfo, Order, ProviderInfo } from "../ipc/generated";
import { parseWire } from "../lib/money";
import { newest } from "./presentation";

export function nextProvider(order: Order, methods: readonly MethodInfo[]): ProviderInfo | null {
  const method = newest(order)?.method;
  const tried = new Set(order.attempts.map((attempt) => attempt.provider));
  const due = parseWire(order.missing);
  const listed = methods.find((info) => info.method === method)?.providers ?? [];
  return (
    listed.find(
      (provider) =>
        !tried.has(provider.id) && provider.health !== "misconfigured" && due >= parseWire(provider.min) && due <= parseWire(provider.max),
    ) ?? null
  );
}
