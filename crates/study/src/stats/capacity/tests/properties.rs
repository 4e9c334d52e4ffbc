//! What holds of any search: it ends, and says only what its trials said.

use super::*;
use proptest::prelude::*;

fn any_limits() -> impl Strategy<Value = Limits> {
    let rates = (0.01..100.0, 1.0..50.0, 1.0..1e4);
    (rates, 1.01..10.0, 0.001..1.0, 0u32..6, 1u32..60).prop_map(
        |((floor_rate, start, cap), growth, width, confirmations_count, trials_max)| Limits {
            floor_rate,
            start_rate: floor_rate * start,
            cap_rate: floor_rate * start * cap,
            growth,
            width,
            confirmations_count,
            trials_max,
        },
    )
}

/// What any search must come to, whatever its trials said.
fn is_sound(limits: &Limits, capacity: &Capacity) -> Result<(), TestCaseError> {
    let Capacity {
        ended,
        kept_rate,
        failed_rate,
        trials,
    } = capacity;
    prop_assert!(trials.len() <= limits.trials_max as usize);
    prop_assert!(
        trials
            .iter()
            .all(|trial| limits.floor_rate <= trial.rate && trial.rate <= limits.cap_rate)
    );
    if let (Some(kept), Some(failed)) = (kept_rate, failed_rate) {
        prop_assert!(kept < failed);
    }
    match ended {
        CapacityEnd::Found => {
            is_confirmed(limits, capacity)?;
            let (kept, failed) = rates(capacity);
            prop_assert!(
                failed <= kept * (1.0 + limits.width) * (1.0 + 1e-9),
                "{kept} {failed}"
            );
        }
        CapacityEnd::Cap => {
            is_confirmed(limits, capacity)?;
            prop_assert_eq!((*kept_rate, *failed_rate), (Some(limits.cap_rate), None));
        }
        CapacityEnd::Generator => {
            is_confirmed(limits, capacity)?;
            prop_assert!(trials.iter().any(|trial| trial.generator_limited));
        }
        CapacityEnd::Trials => prop_assert_eq!(trials.len(), limits.trials_max as usize),
        CapacityEnd::Nothing => prop_assert_eq!((*kept_rate, *failed_rate), (None, Some(limits.floor_rate))),
        // That the last trial was interrupted is made sure of by the search of all tests.
        CapacityEnd::Unmeasured | CapacityEnd::NotByRate => prop_assert!(false, "no trial was of that kind"),
        CapacityEnd::Interrupted => {}
    }
    Ok(())
}

/// Whether the kept rate, if there is one, kept in most of the search's last trials.
fn is_confirmed(limits: &Limits, capacity: &Capacity) -> Result<(), TestCaseError> {
    let count = limits.confirmations_count as usize;
    if capacity.kept_rate.is_none() || count == 0 {
        return Ok(());
    }
    let (_, last) = capacity.trials.split_at(capacity.trials.len() - count);
    prop_assert!(
        last.iter()
            .all(|trial| Some(trial.rate) == capacity.kept_rate && trial.phase == TrialPhase::Confirm)
    );
    let kept_count = last.iter().filter(|trial| trial.kept).count();
    prop_assert!(kept_count * 2 > count, "{kept_count} of {count}");
    Ok(())
}

proptest! {
    #[test]
    fn any_search_ends_and_says_only_what_its_trials_said(
        limits in any_limits(),
        outcomes in prop::collection::vec(0..100u32, 1..60),
        kept_share in 0..100u32,
        other_share in 0..3u32,
    ) {
        let mut outcomes = outcomes.iter().cycle();
        let mut outcome = |_| match *outcomes.next().unwrap() {
            it if it < kept_share => Outcome::Kept,
            it if it % 40 < other_share && it % 2 == 0 => Outcome::GeneratorLimited,
            it if it % 40 < other_share => Outcome::Interrupted,
            _ => Outcome::Breached,
        };
        is_sound(&limits, &search(&limits, &mut outcome))?;
    }

    #[test]
    fn a_threshold_blurred_by_noise_is_searched_soundly(
        limits in any_limits(),
        place in 0.0..1.0,
        noise in prop::collection::vec(0.5..2.0, 1..60),
    ) {
        let threshold = limits.floor_rate * libm::pow(limits.cap_rate / limits.floor_rate, place);
        let mut noise = noise.iter().cycle();
        let capacity = search(&limits, |rate| below(threshold)(rate * noise.next().unwrap()));
        is_sound(&limits, &capacity)?;
        if capacity.ended == CapacityEnd::Found {
            let (kept, failed) = rates(&capacity);
            prop_assert!(kept <= threshold * 2.0 && failed >= threshold / 2.0, "{kept} {failed} {threshold}");
        }
    }

    #[test]
    fn trials_that_contradict_each_other_end_the_search_all_the_same(limits in any_limits(), is_upward in any::<bool>()) {
        // Higher rates keep and lower ones fail, or each trial says the opposite of the one before.
        let (mut last, mut flip) = (0.0, false);
        let capacity = search(&limits, |rate| {
            flip = if is_upward { rate > last } else { !flip };
            last = rate;
            if flip { Outcome::Kept } else { Outcome::Breached }
        });
        is_sound(&limits, &capacity)?;
    }
}
