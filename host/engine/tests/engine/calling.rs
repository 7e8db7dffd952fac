//! What a guest does costs its own call and nothing else.

use crate::guests::{self, FourFunctions};
use crate::{answer, ask, engine, engine_with};
use std::time::Duration;
use zero_engine::{Cause, Fault, Limits, LoadError};
use zero_types::connector::{FailureKind, Intent, Outcome, Question, Response, Source};
use zero_types::functions::{Decision, Permission, Principal, PrincipalKind, Resource};

#[test]
fn a_hostile_guest_costs_only_its_call() {
    let engine = engine();
    let kind = engine.connector(&guests::connector(guests::COUNTS)).unwrap();
    for (plan, cause) in [
        (guests::SPINS, "cpu"),
        (guests::GROWS, "memory"),
        (guests::TRAPS, "trap"),
        (guests::FLOODS, "result-too-large"),
        (guests::LIES, "protocol"),
        (guests::GARBLES, "protocol"),
    ] {
        let hostile = engine.connector(&guests::connector(plan)).unwrap();
        for _ in 0..2 {
            let error = ask(&hostile).expect_err(cause);
            assert_eq!(error.cause.name(), cause, "{error}");
            assert_eq!((error.fault(), &*error.component, error.call), (Fault::Component, guests::NAME, "plan"));
            assert_eq!(answer(&kind), "1");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_spinning_guest_is_stopped_close_to_its_limit() {
    let limit = Duration::from_millis(20);
    let engine = engine_with(Limits { connector_cpu: limit, ..Limits::default() });
    let spins = engine.connector(&guests::connector(guests::SPINS)).unwrap();
    let (before, error) = (cpu_time(), ask(&spins).unwrap_err());
    let used = cpu_time() - before;
    assert_eq!(error.cause, Cause::Cpu);
    assert!(used >= limit && used < limit * 10, "stopped after {used:?} of CPU");
}

/// CPU of this thread, from the kernel.
#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

#[test]
fn figures_say_what_a_call_took() {
    let engine = engine();
    let called = ask(&engine.connector(&guests::connector(guests::COUNTS)).unwrap()).unwrap();
    assert_eq!((called.figures.memory_bytes, called.figures.dropped), (2 * 65536, 0));
    assert!(called.figures.cpu > Duration::ZERO && called.figures.cpu < Duration::from_millis(50));
}

#[test]
fn what_comes_back_is_made_safe() {
    let engine = engine();
    let boasts = engine.connector(&guests::connector(guests::BOASTS)).unwrap();
    let called = boasts.plan(&Source::new("s", "S"), &Question::new("why?"), &Intent::unknown("en")).unwrap();
    assert_eq!(called.value.unwrap().bid, 1.0);
    // The canonical NaN is positive and quiet: its highest bits are 011.
    assert_eq!(answer(&engine.connector(&guests::connector(guests::DIVIDES)).unwrap()), "3");
}

#[test]
fn a_failure_of_the_connector_is_a_value() {
    let connector = engine().connector(&guests::connector(guests::COUNTS)).unwrap();
    let response = Response { status: 200, headers: Vec::new(), body: vec![0xff; 40_000] };
    let called = connector.resume(&Source::new("s", "S"), b"state", &[Outcome::Response(response)]).unwrap();
    assert_eq!(called.value.unwrap_err().kind, FailureKind::Internal);
}

#[test]
fn a_function_keeps_its_instance_until_it_traps() {
    let engine = engine();
    let four = FourFunctions::new();
    let functions = engine.functions(four.bytes()).unwrap();
    let principal = Principal {
        id: "p".into(),
        kind: PrincipalKind::User,
        tenant: "t".into(),
        roles: vec!["reader".into(), "writer".into()],
        scopes: Some(vec!["ask".into()]),
        session: Some("s".into()),
        limit_per_minute: None,
    };
    let answer = Resource { tenant: String::new(), path: "answer".into() };
    let asked = |permission| {
        functions.authorize(&principal, permission, &answer).map(|decision| match decision {
            Decision::Deny(denial) => denial.reason,
            Decision::Allow => panic!("allowed"),
        })
    };
    assert_eq!(asked(Permission::Ask).unwrap(), "1");
    assert_eq!(asked(Permission::ListSources).unwrap(), "2");
    let error = asked(Permission::Administer).unwrap_err();
    assert_eq!((error.cause.name(), &*error.component), ("trap", "zero:functions/auth-component@0.1.0"));
    assert_eq!(asked(Permission::Ask).unwrap(), "1");
    assert_eq!(functions.read(&Question::new("why?")).unwrap_err().cause.name(), "trap");
}

#[test]
fn too_many_instances_at_once_are_the_hosts_fault() {
    let engine = engine_with(Limits { instances: 4, ..Limits::default() });
    let four = FourFunctions::new();
    // Each function keeps one instance.
    let _functions = engine.functions(four.bytes()).unwrap();
    match engine.connector(&guests::connector(guests::COUNTS)) {
        Err(LoadError::Call(error)) => {
            assert_eq!((error.cause.clone(), error.fault()), (Cause::Overloaded, Fault::Host))
        }
        other => panic!("{other:?}"),
    }
}
