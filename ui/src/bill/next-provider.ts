// Whom to offer when the routed provider left nothing behind: the backend names the next one (never after a lost answer);
// here it is only looked up, for its name and its limits.
import type { MethodInfo, Order, ProviderInfo } from "../ipc/generated";

export function nextProvider(order: Order, methods: readonly MethodInfo[]): ProviderInfo | null {
  if (order.next_provider === null) return null;
  return methods.flatMap((info) => info.providers).find((provider) => provider.id === order.next_provider) ?? null;
}
