//! Studies of the live platform, on the wall clock.

mod asked;
mod calibrate;
mod capacity;
mod compare;
mod load;
mod predict;
mod session;

pub use asked::{AskedLoad, LoadShape};
pub use calibrate::{calibrate, service_model};
pub use capacity::{CapacityOptions, capacity};
pub use compare::{Variants, compare};
pub use load::{FinishedLoad, load};
pub use predict::{read_calibration, read_prediction_error};
pub use session::Offer;
