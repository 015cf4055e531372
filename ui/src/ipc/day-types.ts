// Names for what the owner's commands ask and answer, taken from the commands themselves, so that a page cannot know a
// shape the border does not have.
import type { Commands } from "./host";

export type DayReview = Commands["day_review"]["reply"];
export type ReviewItem = DayReview["exceptions"][number];
export type ReviewOutcome = Commands["review_settle"]["req"]["outcome"];
export type ZLine = DayReview["closes"][number];
export type Totals = DayReview["totals"];
export type Group = DayReview["by_provider"][number];
export type MethodGroup = DayReview["by_method"][number];
export type File = Commands["day_paper"]["reply"];
export type OrderFind = Commands["order_find"]["req"];
export type Moved = NonNullable<OrderFind["moved"]>;
export type Timeline = Commands["order_timeline"]["reply"];
export type TimelineLine = Timeline["lines"][number];
export type RefundOffer = Commands["refund_offer"]["reply"];
export type RefundReason = Commands["order_refund"]["req"]["reason"];
