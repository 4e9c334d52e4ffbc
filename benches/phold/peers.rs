//! PHOLD on other engines, each in the idiom that was found to be its fastest.

use crate::Engine;
use chappe_base::{SimTime, Span};
use chappe_benches::phold::{Phold, State, digest};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::QuerySource;
use nexosim::simulation::{Mailbox, QueryId, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use simcore::{Event, EventHandler, SimulationContext};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// NeXosim 1.0 on one thread: one model that holds all processes and schedules its own inputs. A
/// model per process would have to send to the other model first, which then schedules itself.
pub(crate) struct NeXosim {
    simulation: Simulation,
    events_count: QueryId<(), u64>,
    digest: QueryId<(), u64>,
    events_before: u64,
}

#[derive(Serialize, Deserialize)]
struct Processes {
    /// Nothing is saved here, and so nothing restored.
    #[serde(skip)]
    model: Option<Phold>,
    #[serde(skip)]
    states: Vec<State>,
    events_count: u64,
}

#[Model]
impl Processes {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        let model = self.model.expect("a model that was not restored");
        for process in model.processes() {
            let after = duration(model.first(process) - SimTime::ZERO);
            context
                .schedule_event(after, schedulable!(Self::visit), process)
                .expect("a time to come");
        }
    }

    #[nexosim(schedulable)]
    async fn visit(&mut self, process: u32, context: &Context<Self>) {
        let since = context.time().duration_since(MonotonicTime::EPOCH);
        let now = SimTime(since.as_nanos() as i64);
        let model = self.model.expect("a model that was not restored");
        let (target, delay) = model.visit(now, &mut self.states[process as usize]);
        self.events_count += 1;
        context
            .schedule_event(duration(delay), schedulable!(Self::visit), target)
            .expect("a time to come");
    }

    async fn events_count(&mut self) -> u64 {
        self.events_count
    }

    async fn digest(&mut self) -> u64 {
        digest(self.states.iter().cloned())
    }
}

fn duration(span: Span) -> Duration {
    Duration::from_nanos(span.0 as u64)
}

impl Engine for NeXosim {
    fn new(model: Phold) -> NeXosim {
        let processes = Processes {
            model: Some(model),
            states: model.states(model.processes()),
            events_count: 0,
        };
        let mailbox = Mailbox::new();
        let mut bench = SimInit::with_num_threads(1);
        let events_count = QuerySource::new()
            .connect(Processes::events_count, &mailbox)
            .register(&mut bench);
        let digest = QuerySource::new()
            .connect(Processes::digest, &mailbox)
            .register(&mut bench);
        let simulation = bench
            .add_model(processes, mailbox, "processes")
            .init(MonotonicTime::EPOCH)
            .expect("a model that starts");
        NeXosim {
            simulation,
            events_count,
            digest,
            events_before: 0,
        }
    }

    fn advance(&mut self, horizon: SimTime) -> u64 {
        let last = MonotonicTime::EPOCH + duration(horizon - SimTime(1));
        self.simulation.step_until(last).expect("a model that runs");
        let events_count = self.simulation.process_query(&self.events_count, ());
        let events_count = events_count.expect("a model that answers");
        events_count - std::mem::replace(&mut self.events_before, events_count)
    }

    fn digest(&mut self) -> u64 {
        let digest = self.simulation.process_query(&self.digest, ());
        digest.expect("a model that answers")
    }
}

/// simcore 0.1: one component per process, called back for an event without content. Its times are
/// floats; whole nanoseconds up to 2^53 of them are exact, so they agree with the others.
pub(crate) struct SimCore {
    simulation: simcore::Simulation,
    components: Vec<Rc<RefCell<Component>>>,
}

#[derive(Clone, Serialize)]
struct Visit {}

struct Component {
    model: Phold,
    state: State,
    context: SimulationContext,
}

impl EventHandler for Component {
    fn on(&mut self, event: Event) {
        let now = SimTime(event.time as i64);
        let (target, delay) = self.model.visit(now, &mut self.state);
        self.context.emit(Visit {}, target, delay.0 as f64);
    }
}

impl Engine for SimCore {
    fn new(model: Phold) -> SimCore {
        let mut simulation = simcore::Simulation::new(0);
        let mut components = Vec::new();
        for process in model.processes() {
            let name = process.to_string();
            let context = simulation.create_context(name.as_str());
            context.emit_self(Visit {}, model.first(process).0 as f64);
            let component = Rc::new(RefCell::new(Component {
                model,
                state: model.state(process),
                context,
            }));
            let id = simulation.add_handler(name, component.clone());
            assert_eq!(id, process, "components are numbered as processes");
            components.push(component);
        }
        SimCore {
            simulation,
            components,
        }
    }

    fn advance(&mut self, horizon: SimTime) -> u64 {
        let before = self.simulation.event_count();
        self.simulation.step_until_time((horizon.0 - 1) as f64);
        // Every event makes one.
        self.simulation.event_count() - before
    }

    fn digest(&mut self) -> u64 {
        let states = self
            .components
            .iter()
            .map(|component| component.borrow().state.clone());
        digest(states)
    }
}
