//! Where shapes are drawn, in CSS pixels; and the picture that comes of it.

use std::io;

use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBAColor, RGBColor, TextStyle, WHITE};

use super::Svg;
use super::style::{FONT, INK, clean};
use crate::process::Failure;

/// Plotters draws at whole coordinates; a pixel has so many of them, so that curves are smooth.
const UNIT: f64 = 4.0;
/// Plotters makes fonts smaller than asked for.
const FONT_UNIT: f64 = 1.24 * UNIT;

/// What plotters says of a shape.
pub type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// A place, in pixels from the left and from the top.
pub type Place = (f64, f64);

/// A white sheet.
pub struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// The picture that `paint` makes on a sheet of this size. `title` and `what` are read out to those who do not see it.
pub fn picture(title: &str, what: &str, size: Place, paint: impl FnOnce(&Canvas<'_>) -> Drawn) -> Svg {
    let mut text = String::new();
    let outcome = {
        let whole = ((size.0 * UNIT) as u32, (size.1 * UNIT) as u32);
        let canvas = Canvas(SVGBackend::with_string(&mut text, whole).into_drawing_area());
        canvas.0.fill(&WHITE).and_then(|()| paint(&canvas)).and_then(|()| canvas.0.present())
    };
    outcome.map_err(|error| Failure::io("the plot", &io::Error::other(error.to_string())))?;
    Ok(scalable(title, what, size, &text))
}

/// Plotters' picture under a head of our own: as large as meant, smaller where there is less room, and with words to
/// it.
fn scalable(title: &str, what: &str, (width, height): Place, text: &str) -> String {
    let shapes = text.split_once('>').map_or("", |(_, shapes)| shapes);
    // Blocks that touch have light seams between them where their edges are smoothed. The sheet is a block as well.
    let blocks =
        if shapes.matches("<rect ").count() > 1 { "\n<style>rect{shape-rendering:crispEdges}</style>" } else { "" };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         style=\"max-width:100%;height:auto\" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>{blocks}{shapes}",
        width * UNIT,
        height * UNIT,
        escaped(title),
        escaped(what),
    )
}

fn escaped(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// How text lies about its place.
#[derive(Clone, Copy)]
pub enum Anchor {
    Left,
    Middle,
    Right,
}

impl Canvas<'_> {
    /// A line through places.
    pub fn line(&self, places: &[Place], colour: RGBColor, width: f64) -> Drawn {
        self.0.draw(&PathElement::new(units(places), colour.stroke_width(thickness(width))))
    }

    /// A line of dashes so long and so far apart.
    pub fn dashes(&self, places: &[Place], colour: RGBColor, width: f64, (dash, gap): (f64, f64)) -> Drawn {
        let (dash, gap) = (thickness(dash), thickness(gap));
        self.0.draw(&DashedPathElement::new(units(places), dash, gap, colour.stroke_width(thickness(width))))
    }

    /// A filled circle.
    pub fn disc(&self, place: Place, radius: f64, colour: RGBAColor) -> Drawn {
        self.0.draw(&Circle::new(unit(place), thickness(radius), colour.filled()))
    }

    /// A filled rectangle between two corners; as large as it can be seen.
    pub fn block(&self, from: Place, to: Place, colour: RGBColor) -> Drawn {
        let (from, to) = (unit((from.0.min(to.0), from.1.min(to.1))), unit((from.0.max(to.0), from.1.max(to.1))));
        let to = (to.0.max(from.0 + 1), to.1.max(from.1 + 1));
        self.0.draw(&Rectangle::new([from, to], colour.filled()))
    }

    /// A filled shape.
    pub fn shape(&self, places: &[Place], colour: RGBColor) -> Drawn {
        self.0.draw(&Polygon::new(units(places), colour.filled()))
    }

    /// Text whose middle is at the height of the place.
    pub fn text(&self, text: &str, place: Place, size: f64, anchor: Anchor) -> Drawn {
        self.coloured_text(text, place, size, anchor, INK)
    }

    /// The same, in a colour.
    pub fn coloured_text(&self, text: &str, place: Place, size: f64, anchor: Anchor, colour: RGBColor) -> Drawn {
        let style = TextStyle::from((FONT, size * FONT_UNIT).into_font()).color(&colour).pos(position(anchor));
        self.0.draw(&Text::new(clean(text), unit(place), style))
    }

    /// Text from below to above, its middle at the place.
    pub fn turned_text(&self, text: &str, place: Place, size: f64) -> Drawn {
        let font = (FONT, size * FONT_UNIT).into_font().transform(FontTransform::Rotate270);
        let style = TextStyle::from(font).color(&INK).pos(position(Anchor::Middle));
        self.0.draw(&Text::new(clean(text), unit(place), style))
    }
}

fn position(anchor: Anchor) -> Pos {
    let across = match anchor {
        Anchor::Left => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::Right => HPos::Right,
    };
    Pos::new(across, VPos::Center)
}

fn unit((x, y): Place) -> (i32, i32) {
    ((x * UNIT).round() as i32, (y * UNIT).round() as i32)
}

fn units(places: &[Place]) -> Vec<(i32, i32)> {
    places.iter().map(|&place| unit(place)).collect()
}

fn thickness(pixels: f64) -> u32 {
    (pixels * UNIT).round().max(1.0) as u32
}
