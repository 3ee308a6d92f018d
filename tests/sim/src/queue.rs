//! Virtual time: a queue of what happens next, and tasks that wait for it. One thread, no wakers, no clock.
//!
//! A task is a future that waits for nothing but [`Queue::sleep_until`] and [`Slot`]: so the same seed polls the same tasks in
//! the same order. A task belongs to an actor. Killing the actor drops its tasks where they stand; pausing it puts off
//! whatever would wake them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Virtual microseconds since 1970.
pub type Micros = i64;

/// A millisecond.
pub const MS: Micros = 1_000;
/// A second.
pub const SECOND: Micros = 1_000_000;
/// A minute.
pub const MINUTE: Micros = 60 * SECOND;
/// An hour.
pub const HOUR: Micros = 60 * MINUTE;

/// Whose task it is.
pub type ActorId = usize;
type TaskId = u64;
type Running = Pin<Box<dyn Future<Output = ()>>>;

enum Event {
    Wake(TaskId),
    Do(Box<dyn FnOnce()>),
}

struct Task {
    actor: ActorId,
    /// Taken out while it is polled.
    running: Option<Running>,
}

/// What happens next.
#[derive(Default)]
pub struct Queue {
    now: Cell<Micros>,
    numbers: Cell<u64>,
    events: RefCell<BTreeMap<(Micros, u64), Event>>,
    tasks: RefCell<BTreeMap<TaskId, Task>>,
    current: Cell<TaskId>,
    paused: RefCell<BTreeMap<ActorId, Micros>>,
    polled: Cell<u64>,
    /// Wake-ups that are planned, so that none is planned twice.
    planned: RefCell<BTreeSet<(Micros, TaskId)>>,
}

impl Queue {
    /// A queue at this time.
    #[must_use]
    pub fn at(now: Micros) -> Self {
        let queue = Self::default();
        queue.now.set(now);
        queue
    }

    /// The time.
    pub fn now(&self) -> Micros {
        self.now.get()
    }

    /// How many events have happened.
    pub fn happened(&self) -> u64 {
        self.polled.get()
    }

    fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    fn push(&self, at: Micros, event: Event) {
        let key = (at.max(self.now()), self.number());
        self.events.borrow_mut().insert(key, event);
    }

    /// Something that happens by itself: at a server, on the way, at a provider.
    pub fn at_time(&self, at: Micros, action: impl FnOnce() + 'static) {
        self.push(at, Event::Do(Box::new(action)));
    }

    /// The same, after a while.
    pub fn after(&self, delay: Micros, action: impl FnOnce() + 'static) {
        self.at_time(self.now() + delay, action);
    }

    /// A new task of an actor.
    pub fn spawn(&self, actor: ActorId, task: impl Future<Output = ()> + 'static) {
        let id = self.number();
        self.tasks.borrow_mut().insert(id, Task { actor, running: Some(Box::pin(task)) });
        self.push(self.now(), Event::Wake(id));
    }

    /// Ends an actor's tasks where they stand: nothing that they would have done afterwards is done.
    pub fn kill(&self, actor: ActorId) {
        self.paused.borrow_mut().remove(&actor);
        let gone: Vec<Task> = {
            let mut tasks = self.tasks.borrow_mut();
            let ids: Vec<TaskId> =
                tasks.iter().filter(|(_, task)| task.actor == actor).map(|(id, _)| *id).collect();
            ids.into_iter().filter_map(|id| tasks.remove(&id)).collect()
        };
        drop(gone);
    }

    /// Nothing of an actor runs before `until`.
    pub fn pause(&self, actor: ActorId, until: Micros) {
        self.paused.borrow_mut().insert(actor, until);
    }

    /// Lets the next thing happen; false where nothing is left.
    pub fn step(&self) -> bool {
        let Some(((at, _), event)) = self.events.borrow_mut().pop_first() else { return false };
        self.now.set(at);
        match event {
            Event::Do(action) => {
                self.polled.set(self.polled.get() + 1);
                action();
            }
            Event::Wake(id) => {
                self.planned.borrow_mut().remove(&(at, id));
                self.wake(id);
            }
        }
        true
    }

    fn wake(&self, id: TaskId) {
        let taken = {
            let mut tasks = self.tasks.borrow_mut();
            let Some(task) = tasks.get_mut(&id) else { return };
            let paused = self.paused.borrow().get(&task.actor).copied();
            if let Some(until) = paused.filter(|until| *until > self.now()) {
                drop(tasks);
                return self.plan(until, id);
            }
            task.running.take()
        };
        let Some(mut running) = taken else { return };
        self.polled.set(self.polled.get() + 1);
        let outer = self.current.replace(id);
        let polled = running.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.current.set(outer);
        let mut tasks = self.tasks.borrow_mut();
        // A task whose actor was killed meanwhile is not there any more, and is dropped here.
        match (polled, tasks.get_mut(&id)) {
            (Poll::Pending, Some(task)) => task.running = Some(running),
            (Poll::Ready(()), Some(_)) => drop(tasks.remove(&id)),
            (_, None) => {}
        }
    }

    /// Waits.
    pub fn sleep_until(&self, at: Micros) -> Sleep<'_> {
        Sleep { queue: self, at, is_planned: false }
    }

    /// Waits.
    pub fn sleep(&self, delay: Micros) -> Sleep<'_> {
        self.sleep_until(self.now() + delay)
    }

    fn wake_soon(&self, task: TaskId) {
        self.plan(self.now(), task);
    }

    fn plan(&self, at: Micros, task: TaskId) {
        let at = at.max(self.now());
        if self.planned.borrow_mut().insert((at, task)) {
            self.push(at, Event::Wake(task));
        }
    }

    /// Drops all that is left, which may point at each other.
    pub fn clear(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        drop(tasks);
        let events = std::mem::take(&mut *self.events.borrow_mut());
        drop(events);
    }
}

/// See [`Queue::sleep_until`].
pub struct Sleep<'a> {
    queue: &'a Queue,
    at: Micros,
    is_planned: bool,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.queue.now() >= self.at {
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut self.is_planned, true) {
            self.queue.plan(self.at, self.queue.current.get());
        }
        Poll::Pending
    }
}

/// A place for one value that somebody waits for.
pub struct Slot<T> {
    queue: Rc<Queue>,
    value: RefCell<Option<T>>,
    waiting: Cell<Option<TaskId>>,
}

impl<T> Slot<T> {
    /// An empty one.
    #[must_use]
    pub fn new(queue: &Rc<Queue>) -> Rc<Self> {
        Rc::new(Self { queue: Rc::clone(queue), value: RefCell::new(None), waiting: Cell::new(None) })
    }

    /// Puts the value in, and wakes whoever waits.
    pub fn put(&self, value: T) {
        *self.value.borrow_mut() = Some(value);
        if let Some(task) = self.waiting.take() {
            self.queue.wake_soon(task);
        }
    }

    /// Waits for the value, until a time.
    pub async fn take_until(&self, until: Micros) -> Option<T> {
        let mut sleep = self.queue.sleep_until(until);
        std::future::poll_fn(|context| {
            if let Some(value) = self.value.borrow_mut().take() {
                return Poll::Ready(Some(value));
            }
            self.waiting.set(Some(self.queue.current.get()));
            Pin::new(&mut sleep).poll(context).map(|()| None)
        })
        .await
    }

    /// Waits for the value.
    pub async fn take(&self) -> T {
        std::future::poll_fn(|_| match self.value.borrow_mut().take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.waiting.set(Some(self.queue.current.get()));
                Poll::Pending
            }
        })
        .await
    }
}

/// Those who wait for news without a value.
#[derive(Default)]
pub struct Bell(RefCell<BTreeSet<TaskId>>);

impl Bell {
    /// Wakes all who wait.
    pub fn ring(&self, queue: &Queue) {
        for task in self.0.take() {
            queue.wake_soon(task);
        }
    }

    /// The task that runs now is woken with the next ring.
    pub fn listen(&self, queue: &Queue) {
        self.0.borrow_mut().insert(queue.current.get());
    }
}

/// Waits for all of them, in one task.
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> =
        futures.into_iter().map(|future| (Box::pin(future), None::<F::Output>)).collect();
    std::future::poll_fn(|context| {
        let mut is_done = true;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

/// Runs `work`, and `meanwhile` every `pause` as long as it is not done.
pub async fn with_ticks<T>(
    queue: &Queue,
    work: impl Future<Output = T>,
    pause: Micros,
    meanwhile: impl Fn(),
) -> T {
    let mut work = std::pin::pin!(work);
    let mut sleep = queue.sleep(pause);
    std::future::poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        while Pin::new(&mut sleep).poll(context).is_ready() {
            meanwhile();
            sleep = queue.sleep(pause);
        }
        Poll::Pending
    })
    .await
}
