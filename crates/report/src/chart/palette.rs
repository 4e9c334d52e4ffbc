//! One colour for each message class, the same everywhere, and distinct for colour-blind readers too.
//!
//! A drawing carries the light theme's colours; the document's style sheet maps each of them to the
//! dark theme by attribute, so that a drawing also stands alone.

use chappe_base::MessageClass;
use plotters::style::RGBColor;
use serde::Serialize;

/// What a colour stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Messages between friends.
    Friend,
    /// Questions to pages and their answers.
    HotLine,
    /// Notices about orders.
    OrderNotice,
    /// Ads, and what comes of them.
    Ad,
    /// Figures of the platform itself.
    Platform,
    /// Text.
    Ink,
    /// Text that can be overlooked.
    Soft,
    /// Lines that guide the eye.
    Grid,
    /// What is harmed: opt-outs, blocks, refusals.
    Harm,
    /// Behind everything.
    Paper,
}

impl Tone {
    /// All of them.
    pub const ALL: [Tone; 10] = [
        Tone::Friend,
        Tone::HotLine,
        Tone::OrderNotice,
        Tone::Ad,
        Tone::Platform,
        Tone::Ink,
        Tone::Soft,
        Tone::Grid,
        Tone::Harm,
        Tone::Paper,
    ];

    /// The colour of a message class.
    #[must_use]
    pub fn of(class: MessageClass) -> Tone {
        match class {
            MessageClass::Friend => Tone::Friend,
            MessageClass::HotLine => Tone::HotLine,
            MessageClass::OrderNotice => Tone::OrderNotice,
            MessageClass::Ad => Tone::Ad,
        }
    }

    /// Its name in the style sheet.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tone::Friend => "friend",
            Tone::HotLine => "hot-line",
            Tone::OrderNotice => "order-notice",
            Tone::Ad => "ad",
            Tone::Platform => "platform",
            Tone::Ink => "ink",
            Tone::Soft => "soft",
            Tone::Grid => "grid",
            Tone::Harm => "harm",
            Tone::Paper => "paper",
        }
    }

    /// The colour on white paper [0xRRGGBB]. Text tones and class tones have a contrast of at least
    /// 4.5 to the paper.
    #[must_use]
    pub fn light(self) -> u32 {
        match self {
            Tone::Friend => 0x1F_6F_B5,
            Tone::HotLine => 0xC2_51_00,
            Tone::OrderNotice => 0x00_66_4B,
            Tone::Ad => 0x8E_2A_7B,
            Tone::Platform => 0x7A_62_00,
            Tone::Ink => 0x1A_1F_26,
            Tone::Soft => 0x5C_66_72,
            Tone::Grid => 0xE2_E6_EA,
            Tone::Harm => 0xB0_2A_37,
            Tone::Paper => 0xFF_FF_FF,
        }
    }

    /// The colour on dark paper [0xRRGGBB].
    #[must_use]
    pub fn dark(self) -> u32 {
        match self {
            Tone::Friend => 0x6C_B8_F0,
            Tone::HotLine => 0xF0_92_4A,
            Tone::OrderNotice => 0x3F_C7_9A,
            Tone::Ad => 0xE3_9A_D0,
            Tone::Platform => 0xD9_C2_5A,
            Tone::Ink => 0xEC_EF_F2,
            Tone::Soft => 0x9F_AA_B6,
            Tone::Grid => 0x30_37_40,
            Tone::Harm => 0xFF_8A_8F,
            Tone::Paper => 0x15_18_1D,
        }
    }

    /// The light colour for plotters.
    pub(crate) fn rgb(self) -> RGBColor {
        let [_, red, green, blue] = self.light().to_be_bytes();
        RGBColor(red, green, blue)
    }
}

/// How a line is broken, where there are more lines than colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// Into dashes.
    Dashed,
    /// Into dots.
    Dotted,
    /// Into dashes and dots.
    DashDotted,
}

impl Dash {
    /// All of them.
    pub const ALL: [Dash; 4] = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::DashDotted];

    pub(crate) fn is_solid(&self) -> bool {
        *self == Dash::Solid
    }

    /// Lengths of dashes and gaps in turn [logical px]; none where it is not broken.
    pub(crate) fn pattern(self) -> &'static [f64] {
        match self {
            Dash::Solid => &[],
            Dash::Dashed => &[8.0, 4.0],
            Dash::Dotted => &[2.0, 3.0],
            Dash::DashDotted => &[8.0, 3.0, 2.0, 3.0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: u32) -> f64 {
        let [_, red, green, blue] = colour.to_be_bytes();
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: u32, other: u32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_tone_that_carries_text_can_be_read_on_both_papers() {
        for tone in Tone::ALL {
            if matches!(tone, Tone::Grid | Tone::Paper) {
                continue;
            }
            assert!(
                contrast(tone.light(), Tone::Paper.light()) >= 4.5,
                "{tone:?} light"
            );
            assert!(contrast(tone.dark(), Tone::Paper.dark()) >= 4.5, "{tone:?} dark");
        }
    }
}
