// Shorter names for what the owner's commands speak, and the one thing the generated file does not hold: every request may
// carry, beside its own fields, who approves this one action in place.
import type { ErrorCode, Flag, ReceiptRequest } from "./generated";

export type {
  Announcement, BackupState, Counted as ShiftCounted, DifferenceLine as ShiftDifference, JournalLine as AuditLine, PersonLine, PrinterState, Proof, ReceiptView, Right, Role, SavedFile as File,
  SecretLine, Session, SettingChangeLine as SettingChange, SettingsView, Shift, ShiftLine, Shifts as ShiftState, TillState as OwnedTill,
} from "./generated";

/** The person who approves. Taken out of the request before the command reads it. */
export type Approver = { user: string; pin: string };
/** To be spread into a request; empty when the person signed in may do it. */
export type Approval = { as?: Approver };

export type AnyErrorCode = ErrorCode;
export type Paper = ReceiptRequest["paper"];
export type ReviewKind = Flag | "payout_unknown" | "refund_unknown" | "shift_difference" | "slip_waiting" | "suspense" | "reconcile";
