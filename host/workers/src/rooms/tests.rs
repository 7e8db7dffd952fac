use super::*;
use futures_util::FutureExt as _;
use std::cell::Cell;
use zero_canon::{Flat, Image};

/// What the next calls do, and what was made for them.
#[derive(Default)]
struct Plan {
    made: RefCell<Vec<usize>>,
    traps: Cell<bool>,
    grows_bytes: Cell<u64>,
}

struct Fakes(Rc<Plan>);

/// An instance whose memory is all zeros: an `allow`, or a plan of no bid and no requests.
struct Fake {
    plan: Rc<Plan>,
    memory_bytes: u64,
}

impl Modules for Fakes {
    type Guest = Fake;

    fn instantiate(&self, module: usize) -> Result<Fake, CallError> {
        self.0.made.borrow_mut().push(module);
        Ok(Fake { plan: Rc::clone(&self.0), memory_bytes: 65_536 })
    }
}

impl Guest for Fake {
    fn memory_bytes(&mut self) -> u64 {
        self.memory_bytes
    }
    fn read(&mut self, _at: u32, into: &mut [u8]) -> Result<(), CallError> {
        into.fill(0);
        Ok(())
    }
    fn place(&mut self, image: Image) -> Result<Vec<u32>, CallError> {
        Ok(vec![8; image.blocks.len()])
    }
    fn call(&mut self, _function: zero_canon::Function, _params: &[Flat]) -> Result<u32, CallError> {
        self.memory_bytes += self.plan.grows_bytes.get();
        if self.plan.traps.get() { Err(CallError::Trap("unreachable".to_owned())) } else { Ok(0) }
    }
    fn post_return(&mut self, _function: zero_canon::Function, _result: u32) -> Result<(), CallError> {
        Ok(())
    }
}

fn room(name: &str, world: &str) -> Room {
    Room { name: name.to_owned(), digest: format!("{name:?}"), world: world.to_owned() }
}

fn rooms() -> (CoreRooms<Fakes>, Rc<Plan>) {
    let plan = Rc::new(Plan::default());
    let functions = ["synthesis", "auth", "context", "intent"].map(|name| room(&format!("functions/{name}"), ""));
    let connector = room("connectors/a", "zero:connector/component@0.1.0");
    let all = [vec![connector], functions.to_vec()].concat();
    (CoreRooms::new(Fakes(Rc::clone(&plan)), &all).unwrap(), plan)
}

fn authorize(rooms: &CoreRooms<Fakes>) -> Result<Decision, CallError> {
    let principal = Principal {
        id: "p".into(),
        kind: PrincipalKind::User,
        tenant: "t".into(),
        roles: vec!["asker".into()],
        scopes: None,
        session: None,
        limit_per_minute: None,
    };
    let answer = Resource { tenant: String::new(), path: "answer".into() };
    rooms.authorize(&principal, Permission::Ask, &answer)
}

#[test]
fn a_function_keeps_its_instance_until_it_traps_or_has_grown() {
    let (rooms, plan) = rooms();
    let made = |times: usize| assert_eq!(*plan.made.borrow(), vec![2; times]);
    assert_eq!(authorize(&rooms), Ok(Decision::Allow));
    assert_eq!(authorize(&rooms), Ok(Decision::Allow));
    made(1);
    plan.traps.set(true);
    assert_eq!(authorize(&rooms), Err(CallError::Trap("unreachable".to_owned())));
    plan.traps.set(false);
    assert_eq!(authorize(&rooms), Ok(Decision::Allow));
    made(2);
    plan.grows_bytes.set(GROWTH_BYTES_MAX + 1);
    assert_eq!(authorize(&rooms), Ok(Decision::Allow));
    plan.grows_bytes.set(0);
    assert_eq!(authorize(&rooms), Ok(Decision::Allow));
    made(3);
    for _ in 0..CALLS_PER_INSTANCE_MAX {
        assert_eq!(authorize(&rooms), Ok(Decision::Allow));
    }
    made(4);
}

#[test]
fn a_connector_is_fresh_for_every_call() {
    let (rooms, plan) = rooms();
    let (source, question, intent) = (Source::new("s", "S"), Question::new("why?"), Intent::unknown("en"));
    let ask = |connector: &str| rooms.plan(connector, &source, &question, &intent).now_or_never().unwrap();
    for _ in 0..2 {
        assert_eq!(ask("a"), Err(CallError::Protocol("a round without requests".to_owned())));
    }
    assert_eq!(*plan.made.borrow(), [0, 0]);
    assert_eq!(ask("b"), Err(CallError::Missing));
    assert!(rooms.has_connector("a") && !rooms.has_connector("auth"));
}

#[test]
fn digests_stand_in_order_and_what_is_missing_is_named() {
    let (rooms, _) = rooms();
    let digests = rooms.digests();
    assert!(digests.is_sorted() && digests.len() == 5 && digests[0].1 == "sha256:\"connectors/a\"", "{digests:?}");
    let new = |rooms: &[Room]| CoreRooms::new(Fakes(Rc::default()), rooms).err().unwrap();
    assert!(new(&[]).contains("no function `intent`"));
    assert!(new(&[room("connectors/x", "other")]).contains("unknown world `other`"));
}
