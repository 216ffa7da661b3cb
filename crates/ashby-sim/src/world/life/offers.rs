//! Offers: several of an application, versions, the opening that each names, approvals.

use serde_json::{Map, Value, json};

use super::super::{DAY_MS, HOUR_MS, NOW_MS, World, instant, object};
use super::course::OfferCourse;
use super::{Course, PLACES};
use crate::kind::Kind;

/// How many offers an application can have.
const OFFERS: u32 = PLACES[2].1;

impl World {
    /// What became of an offer; one that was made later has only just been drawn up.
    fn offer_course_of(&self, index: u32, course: &Course) -> OfferCourse {
        let base = index < self.base_end(Kind::Offer);
        let known = course.offers.get((index % OFFERS) as usize).filter(|_| base).copied();
        known.unwrap_or(OfferCourse {
            made_ms: NOW_MS - HOUR_MS,
            decided_ms: None,
            acceptance: "Created",
            status: "WaitingOnOfferApproval",
            approval: "WaitingOnApprovals",
            versions: 1,
        })
    }

    pub(crate) fn lived_offer(&self, index: u32, application: u32) -> (Value, Map<String, Value>) {
        let Some(life) = &self.life else { return (Value::Null, Map::new()) };
        let mut dice = self.dice(Kind::Offer, index);
        let course = self.any_course(application);
        let offer = self.offer_course_of(index, &course);
        let made_ms = offer.made_ms.min(NOW_MS - HOUR_MS);
        let filled = life.filled_by(application);
        let some = life.company.some_opening(course.job, &mut dice).filter(|_| dice.chance(80));
        let opening = if offer.acceptance == "Accepted" { filled } else { some };
        let salary = 60_000 + 2_500 * dice.below(60);
        let apart_ms = offer.decided_ms.map_or(DAY_MS, |decided| (decided - made_ms).max(0) / 4);
        let mut versions: Vec<Value> = (0..offer.versions)
            .map(|version| {
                Value::Object(object(json!({
                    "id": self.ids.part(Kind::Offer, index, version + 1),
                    "startDate": instant(made_ms + 45 * DAY_MS),
                    "salary": {
                        "currencyCode": dice.pick(&["USD", "USD", "USD", "EUR", "GBP"]),
                        "value": salary + 5_000 * version,
                    },
                    "createdAt": instant((made_ms + i64::from(version) * apart_ms).min(NOW_MS - HOUR_MS)),
                    // The first version of some does not say yet which opening it fills.
                    "openingId": opening
                        .filter(|_| version + 1 == offer.versions || dice.chance(70))
                        .map(|opening| self.id(Kind::Opening, opening)),
                    "customFields": self.lived_fields("Offer", &mut dice),
                    "fileHandles": [self.file(course.candidate, 30 + version, "offer.pdf")],
                    "author": self.embedded_value(Kind::User, course.recruiter),
                    "approvalStatus": offer.approval,
                })))
            })
            .collect();
        // The latest version comes first.
        versions.reverse();
        let decision = [json!(offer.decided_ms.map(instant)), json!(offer.acceptance), json!(offer.status)];
        self.offer_of((index, application), decision, &versions)
    }

    pub(crate) fn lived_approval(&self, index: u32, offer: u32) -> Value {
        let base = offer < self.base_end(Kind::Offer);
        let application = if base { offer / OFFERS } else { 0 };
        let course = self.any_course(application);
        let of = self.offer_course_of(offer, &course);
        let made_ms = of.made_ms.min(NOW_MS - HOUR_MS);
        let done = of.approval == "Approved";
        let completed = done.then(|| instant(made_ms + HOUR_MS));
        let version = self.ids.part(Kind::Offer, offer, of.versions);
        json!({
            "id": self.id(Kind::Approval, index), "approvalDefinitionId": self.ids.part(Kind::Approval, 0, 9),
            "entityId": version, "entityType": "offer", "createdAt": instant(made_ms),
            "submittedAt": instant(made_ms), "completedAt": completed,
            "steps": [object(json!({
                "id": self.ids.part(Kind::Approval, index, 1), "approvalsRequired": 1, "completedAt": completed,
                "approvers": [object(json!({
                    "id": self.ids.part(Kind::Approval, index, 2),
                    "userId": self.id(Kind::User, self.some_user(Kind::Approval, index)),
                    "decision": if done { "approve" } else { "pending" }, "decidedAt": completed,
                    "requestedAt": instant(made_ms),
                }))],
            }))],
        })
    }
}
