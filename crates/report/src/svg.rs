//! Bars, lines and points. There is no `viewBox`: places along the width are percentages and heights are pixels, so a picture
//! is as wide as it may be and its text as large as it is.

use maud::{Markup, Render, html};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::figure::Mark;
use crate::scale::Scale;

/// Characters of a label that fit beside a short number, in a wide and in a narrow picture.
const WIDE: usize = 44;
const NARROW: usize = 26;

/// A share of the width.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share(pub(crate) f64);

impl Render for Share {
    fn render_to(&self, buffer: &mut String) {
        let text = format!("{:.2}", self.0 * 100.0);
        buffer.push_str(text.trim_end_matches('0').trim_end_matches('.'));
        buffer.push('%');
    }
}

/// A part of the width, with an axis over it.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    from: f64,
    to: f64,
    scale: Scale,
}

impl Panel {
    pub(crate) fn new(from: f64, to: f64, scale: Scale) -> Self {
        Self { from, to, scale }
    }

    /// The whole width.
    pub(crate) fn whole(scale: Scale) -> Self {
        Self::new(0.0, 1.0, scale)
    }

    pub(crate) fn x(&self, value: f64) -> Share {
        Share(self.from + (self.to - self.from) * self.scale.share(value))
    }

    pub(crate) fn width(&self, value: f64) -> Share {
        Share((self.to - self.from) * self.scale.share(value))
    }

    /// Lines and numbers of the axis, from one height to another; the last number has the unit beside it.
    pub(crate) fn grid(&self, top: u32, bottom: u32, unit: &str) -> Markup {
        let ticks = self.scale.ticks();
        let last = ticks.len().saturating_sub(1);
        html! {
            @for (index, tick) in ticks.iter().enumerate() {
                line class="grid" x1=(self.x(*tick)) x2=(self.x(*tick)) y1=(top) y2=(bottom) {}
                text class="tick" x=(self.x(*tick)) y=(bottom + 14)
                    text-anchor=(if index == 0 { "start" } else if index == last { "end" } else { "middle" }) {
                    (tick_text(*tick)) @if index == last { (unit) }
                }
            }
        }
    }
}

fn tick_text(tick: f64) -> String {
    if tick.fract() == 0.0 { crate::numbers::thousands(tick as u64) } else { format!("{tick}") }
}

/// How rows of labels above bars are laid out, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) pitch: u32,
    label: u32,
    pub(crate) bar: u32,
    pub(crate) thickness: u32,
}

/// For up to ten rows or so.
pub(crate) const ROOMY: Layout = Layout { pitch: 42, label: 13, bar: 20, thickness: 12 };

/// For more.
pub(crate) const DENSE: Layout = Layout { pitch: 28, label: 12, bar: 17, thickness: 6 };

impl Layout {
    /// The label of a row whose upper edge this is.
    pub(crate) fn label(&self, top: u32, label: &str) -> Markup {
        text_that_fits(top + self.label, label, WIDE, NARROW)
    }

    /// The same with room for so many characters in a wide and in a narrow picture.
    pub(crate) fn label_within(&self, top: u32, label: &str, wide: usize, narrow: usize) -> Markup {
        text_that_fits(top + self.label, label, wide, narrow)
    }

    /// A number at the right end of a panel, on the label's line.
    pub(crate) fn number(&self, top: u32, end: f64, text: &str) -> Markup {
        html! { text.figure x=(Share(end)) y=(top + self.label) text-anchor="end" { (text) } }
    }

    /// What a bar says in numbers, at the right end of its label's line.
    pub(crate) fn figures(&self, top: u32, said: &Said, mark: Option<&Mark>) -> Markup {
        let class = |width: &str| format!("{width} figure{}", if said.is_few { " few" } else { "" });
        html! {
            text.(class("long")) x="100%" y=(top + self.label) text-anchor="end"
                data-key=[mark.map(|mark| &mark.key)] data-col=[mark.map(|mark| mark.col)]
                data-value=[mark.map(|mark| mark.value)] { (said.long) }
            text.(class("short")) x="100%" y=(top + self.label) text-anchor="end" { (said.short) }
        }
    }

    /// A bar from one value to another; without a mark where there is nothing.
    pub(crate) fn bar(&self, top: u32, class: &str, panel: &Panel, from: f64, mark: Option<Mark>) -> Markup {
        html! {
            @if let Some(mark) = mark {
                rect class=(class) x=(panel.x(from)) width=(panel.width(mark.value.as_f64()))
                    y=(top + self.bar) height=(self.thickness)
                    data-key=(mark.key) data-col=(mark.col) data-value=(mark.value) { title { (mark.tip) } }
            }
        }
    }

    /// The middle of a row's bar.
    pub(crate) fn middle(&self, top: u32) -> u32 {
        top + self.bar + self.thickness / 2
    }

    /// What a bar of nothing stands on.
    pub(crate) fn track(&self, top: u32, from: f64, to: f64) -> Markup {
        let middle = self.middle(top);
        html! { line class="track" x1=(Share(from)) x2=(Share(to)) y1=(middle) y2=(middle) {} }
    }
}

/// Words for wide and for narrow pictures.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) long: String,
    pub(crate) short: String,
    pub(crate) is_few: bool,
}

/// A heading within a picture; at the right edge it ends there.
pub(crate) fn heading(x: f64, y: u32, text: &str) -> Markup {
    html! { text class="heading" x=(Share(x)) y=(y) text-anchor=[(x == 1.0).then_some("end")] { (text) } }
}

/// What colours stand for, in a line above the first bars: each beside a piece of it.
pub(crate) fn keys(y: u32, keys: &[(&str, &str)]) -> Markup {
    let step = 1.0 / keys.len().max(2) as f64;
    html! {
        @for (index, (class, name)) in keys.iter().enumerate() {
            rect class=(class) x=(Share(step * index as f64)) y=(y - 9) width="10" height="10" {}
            text class="heading" x=(Share(step * index as f64)) y=(y) dx="15" { (name) }
        }
    }
}

/// A point at a value.
pub(crate) fn point(class: &str, x: Share, y: u32, radius: u32, mark: &Mark) -> Markup {
    html! {
        circle class=(class) cx=(x) cy=(y) r=(radius)
            data-key=(mark.key) data-col=(mark.col) data-value=(mark.value) { title { (mark.tip) } }
    }
}

/// A triangle that points down to a place: told from a bar by its shape.
pub(crate) fn flag(x: Share, y: u32, tip: &str) -> Markup {
    html! {
        svg class="flag" x=(x) y=(y) width="12" height="11" overflow="visible" {
            path d="M-6 0 L6 0 L0 9 Z" { title { (tip) } }
        }
    }
}

/// A label, cut where there is no room for it; then the whole is its title.
fn text_that_fits(y: u32, whole: &str, wide: usize, narrow: usize) -> Markup {
    let (in_wide, in_narrow) = (cut(whole, wide), cut(whole, narrow));
    html! {
        @if in_narrow == whole {
            text class="label" x="0" y=(y) { (whole) }
        } @else {
            text class="label long" x="0" y=(y) { (in_wide) title { (whole) } }
            text class="label short" x="0" y=(y) { (in_narrow) title { (whole) } }
        }
    }
}

/// At most so many columns, with an ellipsis at the end if that is not all.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let kept = text.chars().take_while(|letter| {
        used += letter.width().unwrap_or(0);
        used < columns
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_labels_are_cut_by_their_width() {
        assert_eq!(cut("Recruiter", 9), "Recruiter");
        assert_eq!(cut("Recruiter screen", 10), "Recruiter…");
        assert_eq!(cut("採用担当者による面接", 9), "採用担当…");
        assert_eq!(cut("a b", 2), "a…");
    }

    #[test]
    fn shares_are_short() {
        let text = |share: f64| Share(share).render().into_string();
        assert_eq!([0.0, 0.5, 1.0, 0.12345].map(text), ["0%", "50%", "100%", "12.35%"]);
    }
}
