//! What a person or a script sees: lines, and a part at the bottom that is drawn anew in place.

use std::io::{self, IsTerminal, Write};

use skinbus_runtime::environment;

/// What a text means to its reader; shown as a colour where colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Quiet,
    Good,
    Busy,
    Warning,
    Bad,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\x1b[1m",
            Self::Quiet => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Busy => "\x1b[36m",
            Self::Warning => "\x1b[33m",
            Self::Bad => "\x1b[31m",
        }
    }
}

/// Whether tones are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    colours: bool,
}

impl Palette {
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { colours: false };
    #[cfg(test)]
    pub(crate) const COLOURS: Self = Self { colours: true };

    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colours || tone == Tone::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}\x1b[0m", tone.code())
    }
}

/// Where output goes. Every line is flushed, so that a reader at the other end of a pipe sees it at once.
pub(crate) struct Terminal {
    out: Box<dyn Write>,
    palette: Palette,
    /// Whether lines can be drawn anew in place.
    live: bool,
    /// How many lines the last redraw left, which the next one replaces.
    drawn: usize,
}

impl Terminal {
    /// The process's standard output. Colours only where it is a terminal and `NO_COLOR` is not set.
    pub(crate) fn stdout() -> Self {
        let out = io::stdout();
        let variables = environment::pairs();
        let can_draw = out.is_terminal() && environment::find(&variables, "TERM") != Some("dumb");
        let colours = can_draw && environment::find(&variables, "NO_COLOR").is_none();
        Self { out: Box::new(out), palette: Palette { colours }, live: can_draw, drawn: 0 }
    }

    /// Tones as colours, or not.
    pub(crate) fn palette(&self) -> Palette {
        self.palette
    }

    /// Whether [`Self::redraw`] draws in place. Where not, print a line for what changed instead.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// Columns and rows; a usual size where the terminal does not tell, and no limit where there is none.
    pub(crate) fn size(&self) -> (usize, usize) {
        if !self.live {
            return (usize::MAX, usize::MAX);
        }
        let known = rustix::termios::tcgetwinsize(io::stdout()).ok();
        let known = known.filter(|size| size.ws_col > 0 && size.ws_row > 0);
        known.map_or((80, 24), |size| (usize::from(size.ws_col), usize::from(size.ws_row)))
    }

    /// Prints a line above the live part, which has to be drawn again.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.erase()?;
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// Prints a line in one tone.
    pub(crate) fn toned(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        self.line(&self.palette.paint(tone, text))
    }

    /// Prints lines.
    pub(crate) fn lines(&mut self, lines: &[String]) -> io::Result<()> {
        lines.iter().try_for_each(|line| self.line(line))
    }

    /// Replaces what the last redraw showed. Lines must not be wider than the terminal.
    pub(crate) fn redraw(&mut self, lines: &[String]) -> io::Result<()> {
        if !self.live {
            return Ok(());
        }
        let mut text = String::new();
        if self.drawn > 0 {
            text.push_str(&format!("\x1b[{}A\r", self.drawn));
        }
        for line in lines {
            text.push_str("\x1b[2K");
            text.push_str(line);
            text.push('\n');
        }
        // What an earlier, longer drawing left below.
        text.push_str("\x1b[J");
        self.drawn = lines.len();
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Takes the live part away.
    pub(crate) fn erase(&mut self) -> io::Result<()> {
        if self.drawn > 0 {
            write!(self.out, "\x1b[{}A\r\x1b[J", self.drawn)?;
            self.drawn = 0;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn terminal(live: bool) -> (Terminal, Paper) {
        let paper = Paper::default();
        let out = Box::new(paper.clone());
        (Terminal { out, palette: Palette { colours: live }, live, drawn: 0 }, paper)
    }

    fn text(paper: &Paper) -> String {
        String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_redraw_replaces_the_last_one() {
        let (mut terminal, paper) = terminal(true);
        terminal.redraw(&["a".to_owned(), "b".to_owned()]).unwrap();
        terminal.redraw(&["c".to_owned()]).unwrap();
        terminal.line("d").unwrap();
        assert_eq!(text(&paper), "\x1b[2Ka\n\x1b[2Kb\n\x1b[J\x1b[2A\r\x1b[2Kc\n\x1b[J\x1b[1A\r\x1b[Jd\n");
    }

    #[test]
    fn a_pipe_gets_no_escapes() {
        let (mut terminal, paper) = terminal(false);
        terminal.redraw(&["a".to_owned()]).unwrap();
        terminal.toned(Tone::Bad, "b").unwrap();
        assert_eq!(text(&paper), "b\n");
    }
}
