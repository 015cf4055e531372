// Small words of the owner's day.
import type { Group, Moved } from "../../ipc/day-types";
import type { Method, Provider } from "../../ipc/generated";
import { m, say } from "../../messages/index.svelte";

/** "Z 0323" */
export const zText = (number: number): string => `Z ${String(number).padStart(4, "0")}`;

export type Split = "method" | "provider" | "cashier";

export function groupName(split: Split, group: Group): string {
  switch (split) {
    case "method": return say(`method_${group.key as Method}`);
    case "provider": return say(`provider_${group.key as Provider}`);
    case "cashier": return group.key === "" ? m.no_cashier() : group.key;
  }
}

/** The part of a figure that a row stands for. */
export function partOf(split: Split, group: Group): Partial<Moved> {
  switch (split) {
    case "method": return { method: group.key as Method };
    case "provider": return { provider: group.key as Provider };
    case "cashier": return { cashier: group.key === "" ? null : group.key };
  }
}

/** What a figure opens: its money, and a name for the list it leads to. */
export type Open = (part: Partial<Moved>, title: string) => void;
