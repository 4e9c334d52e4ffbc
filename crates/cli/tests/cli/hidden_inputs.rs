//! Nothing in the current folder and no variable of a batch system changes what a run is, unless it is asked for.

use crate::chappe::{Bench, Ran};
use serde_json::Value;
use std::fs;

/// A record of a load with a prediction, in `predicted/run.json`.
fn predicted(bench: &Bench) {
    let calm = "--rate 500 --duration 150ms --warm-up 0s --workers 1 -q";
    let measured = bench.chappe(&format!("calibrate town.toml {calm} --out measured"));
    assert_eq!(measured.code, 0, "{}", measured.err);
    let load = format!("load town.toml {calm} --predict measured/calibration.json --out predicted");
    let ran = bench.chappe(&load);
    assert!([0, 5].contains(&ran.code), "{}", ran.err);
}

/// The record of a run without what depends on the machine and the moment, and its prediction error.
fn record(bench: &Bench, folder: &str) -> (Value, Value) {
    let mut record = bench.json(&format!("{folder}/run.json"));
    let execution = record.as_object_mut().unwrap().remove("execution").unwrap();
    (record, execution["prediction_error"].clone())
}

#[test]
fn a_prediction_counts_only_if_it_is_given() {
    let bench = Bench::new();
    predicted(&bench);
    let run = "run town.toml -q --until 10m --out";
    bench.chappe(&format!("{run} before")).out();
    fs::create_dir_all(bench.path("reports/prediction")).unwrap();
    bench.write("reports/prediction/run.json", bench.read("predicted/run.json"));
    bench.chappe(&format!("{run} after")).out();
    let (before, none) = record(&bench, "before");
    assert!(none.is_null(), "{none}");
    assert_eq!(record(&bench, "after"), (before.clone(), Value::Null));
    assert!(bench.read("before/index.html").len() > 1000);

    let given = "--prediction predicted/run.json";
    bench.chappe(&format!("{run} given {given}")).out();
    let (given_record, error) = record(&bench, "given");
    assert_eq!(given_record, before, "it changes no figure");
    assert!(error.is_object(), "{error}");
    bench
        .chappe(&format!("{run} two {given} --processes 2 --workers 1"))
        .out();
    assert_eq!(record(&bench, "two"), (before, error));
    bench.refused(
        &format!("{run} none --prediction before/run.json"),
        "holds no prediction",
    );
    bench.refused(&format!("{run} none --prediction town.toml"), "town.toml");
}

/// The second of two tasks of an array, as each batch system says it.
const ARRAYS: [&[(&str, &str)]; 3] = [
    &[
        ("SLURM_ARRAY_TASK_ID", "1"),
        ("SLURM_ARRAY_TASK_MIN", "0"),
        ("SLURM_ARRAY_TASK_STEP", "1"),
        ("SLURM_ARRAY_TASK_COUNT", "2"),
    ],
    &[
        ("SGE_TASK_ID", "2"),
        ("SGE_TASK_FIRST", "1"),
        ("SGE_TASK_LAST", "2"),
        ("SGE_TASK_STEPSIZE", "1"),
    ],
    &[
        ("AWS_BATCH_JOB_ARRAY_INDEX", "1"),
        ("AWS_BATCH_JOB_ARRAY_SIZE", "2"),
    ],
];

#[test]
fn a_job_of_an_array_plays_a_part_only_if_it_is_asked_to() {
    let bench = Bench::new();
    let sweep = "sweep town.toml --set horizon=10m --vary agents.ads.buy=0.01,0.05,0.1 --replications 1";
    bench.chappe(&format!("{sweep} --out whole -q")).code_is(0);
    bench.chappe(&format!("{sweep} --out second -q --part 2/2")).out();
    let (whole, second) = (bench.list("whole/cells"), bench.list("second/cells"));
    assert_eq!((whole.len(), second.len()), (3, 1));
    for (number, variables) in ARRAYS.iter().enumerate() {
        let unasked = format!("unasked-{number}");
        bench
            .chappe_in(variables, &format!("{sweep} --out {unasked} -q"))
            .code_is(0);
        assert_eq!(bench.list(&format!("{unasked}/cells")), whole, "{variables:?}");
        assert_eq!(
            bench.read(&format!("{unasked}/points.csv")),
            bench.read("whole/points.csv")
        );
        let part = format!("part-{number}");
        let said = bench.chappe_in(variables, &format!("{sweep} --out {part} --part from-array"));
        assert!(said.out().starts_with("Part 2/2: 1 of 3 runs are in part-"));
        assert_eq!(bench.list(&part), ["cells"], "a part has no report");
        assert_eq!(bench.list(&format!("{part}/cells")), second, "{variables:?}");
    }
    let Ran { code, err, .. } = bench.chappe(&format!("{sweep} --out none --part from-array"));
    assert!(code == 2 && err.contains("this is no job of an array"), "{err}");
    assert!(!bench.path("none").exists());
}
