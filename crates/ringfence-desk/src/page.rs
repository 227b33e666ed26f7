//! Lines for a terminal: broken at spaces, with colour where it helps.

use anstyle::{AnsiColor, Style};

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Strong,
    /// What is as it should be, or is new.
    Good,
    /// What is not, or is gone.
    Bad,
    /// Where to look.
    Place,
}

impl Ink {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Place => AnsiColor::Cyan.on_default(),
        }
    }
}

/// Some text, each stretch with how it looks.
pub(crate) type Spans = Vec<(Ink, String)>;

/// Plain words.
pub(crate) fn plain(text: impl Into<String>) -> Spans {
    vec![(Ink::Plain, text.into())]
}

/// A page that is filled line by line.
#[derive(Debug)]
pub(crate) struct Page {
    width: usize,
    colour: bool,
    text: String,
}

impl Page {
    pub(crate) const fn new(width: usize, colour: bool) -> Self {
        Self { width, colour, text: String::new() }
    }

    /// The page so far.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// An empty line, unless the page is empty or ends with one.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// What was laid out elsewhere.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Words behind `indent` spaces; lines after the first behind `hang`. What a terminal would obey is made visible.
    pub(crate) fn words(&mut self, indent: usize, hang: usize, spans: &[(Ink, String)]) {
        let mut line: Vec<(char, Ink)> = vec![(' ', Ink::Plain); indent];
        let mut is_empty = true;
        for word in words_of(spans) {
            if !is_empty && line.len() + 1 + word.len() > self.width {
                self.end(&line);
                line = vec![(' ', Ink::Plain); hang];
                is_empty = true;
            }
            if !is_empty {
                let before = line.last().map_or(Ink::Plain, |(_, ink)| *ink);
                let after = word.first().map_or(Ink::Plain, |(_, ink)| *ink);
                line.push((' ', if before == after { before } else { Ink::Plain }));
            }
            line.extend(word);
            is_empty = false;
        }
        self.end(&line);
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, ink: Ink, text: &str) {
        let letters: Vec<(char, Ink)> = text.chars().map(|letter| (visible(letter), ink)).collect();
        self.end(&letters);
    }

    fn end(&mut self, line: &[(char, Ink)]) {
        for run in line.chunk_by(|(_, left), (_, right)| left == right) {
            let ink = run.first().map_or(Ink::Plain, |(_, ink)| *ink);
            let text = run.iter().map(|(letter, _)| *letter);
            if self.colour && ink != Ink::Plain {
                let style = ink.style();
                self.text.push_str(&style.render().to_string());
                self.text.extend(text);
                self.text.push_str(&style.render_reset().to_string());
            } else {
                self.text.extend(text);
            }
        }
        self.text.push('\n');
    }
}

/// What a terminal would obey is made visible.
fn visible(letter: char) -> char {
    if letter.is_control() && letter != '\n' { char::REPLACEMENT_CHARACTER } else { letter }
}

fn words_of(spans: &[(Ink, String)]) -> Vec<Vec<(char, Ink)>> {
    let visible =
        |letter: char| if letter.is_control() && letter != '\n' { char::REPLACEMENT_CHARACTER } else { letter };
    let letters: Vec<(char, Ink)> =
        spans.iter().flat_map(|(ink, text)| text.chars().map(move |letter| (visible(letter), *ink))).collect();
    letters
        .split(|(letter, _)| *letter == ' ' || *letter == '\n')
        .filter(|word| !word.is_empty())
        .map(<[(char, Ink)]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_coloured_run_by_run() {
        let spans = [(Ink::Bad, "one two".to_owned()), (Ink::Plain, ", three\u{1b}[0m".to_owned())];
        let mut page = Page::new(12, false);
        page.words(2, 4, &spans);
        page.gap();
        page.gap();
        assert_eq!(page.finish(), "  one two,\n    three\u{fffd}[0m\n\n");
        let mut page = Page::new(80, true);
        page.words(0, 0, &spans[..1]);
        assert_eq!(page.finish(), "\u{1b}[31mone two\u{1b}[0m\n");
    }
}
