// The shape of an attempt's state, as in the table of states.
import type { IconName } from "../../design/components/icons";
import type { AttemptState } from "../../ipc/generated";

export const ICON_OF_ATTEMPT: Readonly<Record<AttemptState, IconName>> = {
  prepared: "waiting", submitted: "waiting", awaiting: "waiting", confirming: "confirming", cancelling: "cancelling", unknown: "unknown", held: "held", paid: "paid", failed: "failed", expired: "expired", cancelled: "cancelled",
};
