//! Every way that reloads go.

use super::*;

/// A clock that the test moves, and the plan under it.
struct Case {
    _directory: tempfile::TempDir,
    file: std::path::PathBuf,
    plan: Plan,
    now: Instant,
}

impl Case {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("skinbus.toml");
        std::fs::write(&file, "first").unwrap();
        let plan = Plan::new(Snapshot::take([file.clone()]));
        Self { _directory: directory, file, plan, now: crate::clock::monotonic_now() }
    }

    fn on(&mut self, event: Event) -> Step {
        self.plan.on(event, self.now)
    }

    fn files(&self, text: &str) -> Snapshot {
        std::fs::write(&self.file, text).unwrap();
        Snapshot::take([self.file.clone()])
    }

    fn looked(&mut self, text: &str) -> Step {
        let files = self.files(text);
        self.on(Event::Looked(files))
    }

    fn good(&mut self, text: &str) -> Step {
        let files = self.files(text);
        self.on(Event::Good(files))
    }
}

#[test]
fn a_change_is_read_once_it_stands_still() {
    let mut case = Case::new();
    assert_eq!(case.looked("first"), Step::Wait);
    assert_eq!(case.looked("half"), Step::Wait);
    assert_eq!(case.looked("whole"), Step::Wait, "it still changes");
    assert_eq!(case.looked("first"), Step::Wait, "it was taken back");
    assert_eq!(case.looked("whole"), Step::Wait);
    assert_eq!(case.looked("whole"), Step::Read);
    assert_eq!(case.good("whole"), Step::Start);
    assert_eq!(case.on(Event::Ready), Step::Switch);
    assert!(!case.plan.is_steady());
    assert_eq!(case.on(Event::Gone), Step::Wait);
    assert_eq!([case.looked("whole"), case.looked("whole")], [Step::Wait; 2]);
}

#[test]
fn what_was_refused_is_read_again_only_where_it_changes() {
    let mut case = Case::new();
    assert_eq!([case.looked("wrong"), case.looked("wrong")], [Step::Wait, Step::Read]);
    let wrong = case.files("wrong");
    assert_eq!(case.on(Event::Wrong(wrong)), Step::Refuse);
    assert_eq!(case.plan.next(), Step::Wait);
    case.now += Duration::from_secs(3600);
    assert_eq!([case.looked("wrong"), case.looked("wrong")], [Step::Wait; 2], "told once");
    // Also back to what runs: only a reload that succeeds ends the alert.
    assert_eq!([case.looked("first"), case.looked("first")], [Step::Wait, Step::Read]);
}

#[test]
fn sighup_reads_where_nothing_has_changed() {
    let mut case = Case::new();
    assert_eq!(case.on(Event::Asked), Step::Read);
    assert_eq!(case.good("first"), Step::Start);
}

#[test]
fn what_is_asked_for_meanwhile_waits_until_the_old_generation_is_gone() {
    let mut case = Case::new();
    assert_eq!(case.on(Event::Asked), Step::Read);
    assert_eq!(case.on(Event::Asked), Step::Wait);
    assert_eq!(case.good("first"), Step::Start);
    assert_eq!(case.on(Event::Asked), Step::Wait);
    assert_eq!(case.on(Event::Ready), Step::Switch);
    assert_eq!(case.on(Event::Asked), Step::Wait);
    assert_eq!(case.looked("second"), Step::Wait);
    assert_eq!(case.on(Event::Gone), Step::Read, "once for all that was asked");
    let wrong = case.files("second");
    assert_eq!(case.on(Event::Asked), Step::Wait);
    assert_eq!(case.on(Event::Wrong(wrong)), Step::Refuse);
    assert_eq!(case.plan.next(), Step::Read);
}

#[test]
fn a_generation_that_is_not_ready_ends_and_is_tried_again_later() {
    let mut case = Case::new();
    assert_eq!([case.looked("second"), case.looked("second")], [Step::Wait, Step::Read]);
    assert_eq!(case.good("second"), Step::Start);
    assert_eq!(case.on(Event::NotReady), Step::Discard);
    assert_eq!(case.on(Event::Gone), Step::Wait);
    assert_eq!(case.looked("second"), Step::Wait);
    case.now += TRY_AGAIN_AFTER;
    assert_eq!(case.looked("second"), Step::Read);
    assert_eq!(case.good("second"), Step::Start);
    assert_eq!(case.on(Event::Ready), Step::Switch);
    assert_eq!(case.on(Event::Gone), Step::Wait);
    case.now += TRY_AGAIN_AFTER;
    assert_eq!(case.looked("second"), Step::Wait, "it is ready");
}

#[test]
fn files_that_change_while_they_are_read_are_read_again_once_they_stand_still() {
    let mut case = Case::new();
    assert_eq!([case.looked("second"), case.looked("second")], [Step::Wait, Step::Read]);
    assert_eq!(case.on(Event::Changing), Step::Wait);
    assert_eq!(case.looked("third"), Step::Wait);
    assert_eq!(case.looked("third"), Step::Read);
    // Asked by SIGHUP, and afterwards they are what they were.
    assert_eq!(case.on(Event::Changing), Step::Wait);
    assert_eq!(case.looked("first"), Step::Read);
}

#[test]
fn what_cannot_be_changes_nothing() {
    let mut case = Case::new();
    for event in [Event::Ready, Event::NotReady, Event::Gone, Event::Changing] {
        assert_eq!(case.on(event), Step::Wait);
    }
    let files = case.files("second");
    assert_eq!(case.on(Event::Good(files)), Step::Wait);
    assert!(case.plan.is_steady());
    assert_eq!([case.looked("second"), case.looked("second")], [Step::Wait, Step::Read]);
}
