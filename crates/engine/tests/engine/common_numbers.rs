//! Common random numbers: a change of policy or campaigns moves no draw of the others.
//!
//! The seed alone fixes which messages friends write at full activity, and when they write those that begin a
//! conversation. The activity that ads cost only leaves some of them out. An answer follows the arrival of its
//! question, so ads can move it only by keeping a shard's servers busy. If service takes no time, ads don't
//! move it at all.

use crate::play::{first_ads, play};
use chappe_base::{Fact, MessageClass, MessageId, PageId, Record, SimTime, Span};
use chappe_platform::CampaignConfig;
use chappe_scenario::Scenario;
use std::collections::{BTreeMap, BTreeSet};

/// No command takes any time, so that no command waits for another.
const NO_SERVICE_TIME: (&str, &str) = ("platform.service", "{ probe = { constant = \"0s\" } }");
/// Ads cost no activity, so that nothing is left out.
const FULL_ACTIVITY: (&str, &str) = ("agents.ads.long_run", "none");

/// The scenario under other policies, and with one campaign more.
fn others(set: &[(&str, &str)]) -> Vec<Scenario> {
    let policies = [
        ("policy.preset", "no-ads"),
        ("policy.first_topic", "product"),
        ("policy.opt_in", "page"),
    ];
    let mut others: Vec<Scenario> = policies
        .iter()
        .map(|policy| first_ads(&[set, &[*policy]].concat()))
        .collect();
    let mut larger = first_ads(set);
    let another = CampaignConfig {
        page: PageId(6),
        topic: larger.platform.campaigns[1].topic,
        ..larger.platform.campaigns[2]
    };
    larger.platform.campaigns.push(another);
    others.push(larger);
    others
}

fn messages(facts: &[Record]) -> BTreeMap<MessageId, SimTime> {
    let message = |record: &Record| match record.fact {
        Fact::Accepted {
            message,
            class: MessageClass::Friend,
            intended,
            ..
        } => Some((message, intended)),
        _ => None,
    };
    facts.iter().filter_map(message).collect()
}

fn ads_count(facts: &[Record]) -> usize {
    let is_ad = |record: &&Record| matches!(record.fact, Fact::AdDelivered { .. });
    facts.iter().filter(is_ad).count()
}

#[test]
fn no_policy_and_no_campaign_moves_a_message_that_begins_a_conversation() {
    // At the very end, a message may be accepted in one run and still wait in the other.
    let end = first_ads(&[FULL_ACTIVITY]).horizon.0 - Span::MINUTE.0;
    let first = |facts: &[Record]| {
        let mut messages = messages(facts);
        messages.retain(|message, intended| message.act().position() == 0 && intended.0 < end);
        messages
    };
    let base = play(&first_ads(&[FULL_ACTIVITY]), 1).facts;
    assert!(
        ads_count(&base) > 100 && first(&base).len() > 500,
        "too little happens"
    );
    for scenario in others(&[FULL_ACTIVITY]) {
        let facts = play(&scenario, 1).facts;
        assert_ne!(
            ads_count(&facts),
            ads_count(&base),
            "{:?}",
            scenario.platform.policy
        );
        assert!(first(&facts) == first(&base), "{:?}", scenario.platform.policy);
    }
}

#[test]
fn where_serving_takes_no_time_no_ad_moves_any_message() {
    let base = play(&first_ads(&[FULL_ACTIVITY, NO_SERVICE_TIME]), 1).facts;
    assert!(
        ads_count(&base) > 100 && messages(&base).len() > 2_000,
        "too little happens"
    );
    for scenario in others(&[FULL_ACTIVITY, NO_SERVICE_TIME]) {
        let facts = play(&scenario, 1).facts;
        assert_ne!(
            ads_count(&facts),
            ads_count(&base),
            "{:?}",
            scenario.platform.policy
        );
        assert!(
            messages(&facts) == messages(&base),
            "{:?}",
            scenario.platform.policy
        );
    }
}

#[test]
fn lost_activity_leaves_conversations_out_and_moves_none() {
    // Every ad costs so much that a few hours show it.
    let lossy = |set: &[(&str, &str)]| {
        let loss = [("agents.ads.activity_loss", "5.0"), NO_SERVICE_TIME];
        let begun = |(message, _): &(MessageId, SimTime)| message.act().position() == 0;
        let facts = play(&first_ads(&[&loss, set].concat()), 1).facts;
        messages(&facts)
            .into_iter()
            .filter(begun)
            .collect::<BTreeSet<_>>()
    };
    let full = lossy(&[FULL_ACTIVITY]);
    for shape in ["grows", "shrinks"] {
        let thinned = lossy(&[("agents.ads.long_run", shape)]);
        assert!(thinned.is_subset(&full), "{shape}");
        assert!(thinned.len() + 10 < full.len(), "{shape}: nothing is lost");
    }
}

#[test]
fn without_ads_it_does_not_matter_what_ads_would_cost() {
    let digest = |shape| {
        let set = [("policy.preset", "no-ads"), ("agents.ads.long_run", shape)];
        play(&first_ads(&set), 1).simulated.digest
    };
    assert_eq!(digest("grows"), digest("none"));
    assert_eq!(digest("shrinks"), digest("none"));
}
