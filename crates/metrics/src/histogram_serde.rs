//! Serde for histograms, in HdrHistogram's own format: the collectors of a run on several processes are sent
//! to the first.

use hdrhistogram::serialization::{Deserializer, Serializer as _, V2Serializer};
use hdrhistogram::{Counter, Histogram};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

pub(crate) fn serialize<T: Counter, S: serde::Serializer>(
    histogram: &Histogram<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::new();
    V2Serializer::new()
        .serialize(histogram, &mut bytes)
        .map_err(S::Error::custom)?;
    bytes.serialize(serializer)
}

pub(crate) fn deserialize<'de, T: Counter, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Histogram<T>, D::Error> {
    let bytes = Vec::<u8>::deserialize(deserializer)?;
    Deserializer::new()
        .deserialize(&mut bytes.as_slice())
        .map_err(D::Error::custom)
}

/// The same for a list of them.
pub(crate) mod list {
    use super::{Counter, Deserialize, Histogram, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent, bound = "")]
    struct Encoded<T: Counter>(#[serde(with = "super")] Histogram<T>);

    pub(crate) fn serialize<T: Counter, S: serde::Serializer>(
        histograms: &[Histogram<T>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(histograms.iter().map(|histogram| Encoded(histogram.clone())))
    }

    pub(crate) fn deserialize<'de, T: Counter, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Histogram<T>>, D::Error> {
        let encoded = Vec::<Encoded<T>>::deserialize(deserializer)?;
        Ok(encoded.into_iter().map(|Encoded(histogram)| histogram).collect())
    }
}
