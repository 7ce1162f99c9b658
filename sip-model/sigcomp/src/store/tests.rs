use proptest::prelude::*;

use super::*;

const A: CompartmentId = CompartmentId(1);
const B: CompartmentId = CompartmentId(2);

fn store() -> StateStore {
    let mut store = StateStore::default();
    store.open(A, Some(MemorySize::K2));
    store.open(B, Some(MemorySize::K2));
    store
}

/// An item of `length` octets that `name` makes different from others.
fn state(name: u8, length: usize) -> State {
    State::new(vec![name; length], 64, 128, 6).unwrap()
}

fn create(store: &mut StateStore, compartment: CompartmentId, state: &State, priority: u16) {
    assert_eq!(store.create(compartment, state.clone(), Retention::Priority(priority)), Some(state.id()));
}

fn has(store: &StateStore, state: &State) -> bool {
    store.access(&state.id().partial(20).unwrap()).is_ok()
}

fn held(store: &StateStore, compartment: CompartmentId) -> Vec<StateId> {
    store.held(compartment).map(|(id, _)| id).collect()
}

#[test]
fn lowest_priority_is_freed_first_and_the_oldest_of_equals() {
    let mut store = store();
    let [old, young, important] = [state(1, 600), state(2, 600), state(3, 600)];
    create(&mut store, A, &important, 7);
    create(&mut store, A, &old, 0);
    create(&mut store, A, &young, 0);
    create(&mut store, A, &state(4, 600), 9);
    assert!(!has(&store, &old) && has(&store, &young) && has(&store, &important));
    create(&mut store, A, &state(5, 600), 0);
    assert!(!has(&store, &young) && has(&store, &important));
}

#[test]
fn priority_65535_is_below_0() {
    assert!(Retention::Local < Retention::Priority(0) && Retention::Priority(0) < Retention::Priority(65534));
    let mut store = store();
    let [local, remote] = [state(1, 900), state(2, 900)];
    create(&mut store, A, &remote, 0);
    store.create(A, local.clone(), Retention::Local).unwrap();
    create(&mut store, A, &state(3, 900), 0);
    assert!(!has(&store, &local) && has(&store, &remote));
}

#[test]
fn local_state_never_pushes_out_state_of_the_peer() {
    let mut store = store();
    let [remote, first, second] = [state(1, 900), state(2, 900), state(3, 900)];
    create(&mut store, A, &remote, 0);
    store.create(A, first.clone(), Retention::Local).unwrap();
    store.create(A, second.clone(), Retention::Local).unwrap();
    assert_eq!(held(&store, A), [remote.id(), second.id()], "local state makes room for local state");
    assert_eq!(store.create(A, state(4, 1100), Retention::Local), None);
    assert_eq!(held(&store, A), [remote.id(), second.id()]);
}

#[test]
fn local_state_does_not_weaken_state_of_the_peer() {
    let mut store = store();
    create(&mut store, A, &state(1, 900), 5);
    store.create(A, state(1, 900), Retention::Local).unwrap();
    assert_eq!(store.held(A).collect::<Vec<_>>(), [(state(1, 900).id(), Retention::Priority(5))]);
}

#[test]
fn an_item_above_the_state_memory_is_cut_and_renamed() {
    let mut store = store();
    let id = store.create(A, state(1, 5000), Retention::Priority(0)).unwrap();
    assert_eq!(id, state(1, 2048 - 64).id());
    assert_eq!(store.used(A), 2048);
}

#[test]
fn the_same_item_counts_once_and_is_renewed() {
    let mut store = store();
    let [first, second] = [state(1, 100), state(2, 100)];
    create(&mut store, A, &first, 0);
    create(&mut store, A, &second, 0);
    create(&mut store, A, &first, 3);
    assert_eq!(store.used(A), 2 * 164);
    let expected = [(second.id(), Retention::Priority(0)), (first.id(), Retention::Priority(3))];
    assert_eq!(store.held(A).collect::<Vec<_>>(), expected);
}

#[test]
fn an_item_lives_while_any_compartment_holds_it_with_its_own_priority() {
    let mut store = store();
    let common = state(1, 100);
    create(&mut store, A, &common, 1);
    create(&mut store, B, &common, 9);
    assert_eq!((store.items(), store.used(A), store.used(B)), (1, 164, 164));
    store.close(A);
    assert!(has(&store, &common) && !store.is_open(A));
    assert_eq!(store.held(B).next(), Some((common.id(), Retention::Priority(9))));
    store.clear(B);
    assert!(!has(&store, &common) && store.is_open(B));
}

#[test]
fn a_free_takes_too_short_an_identifier_but_never_another_compartments_item() {
    let mut store = store();
    let guarded = State::new(vec![1; 10], 0, 0, 20).unwrap();
    create(&mut store, A, &guarded, 0);
    let six = guarded.id().partial(6).unwrap();
    store.free(B, &six);
    assert!(has(&store, &guarded));
    assert_eq!(store.access(&six), Err(Inaccessible::Missing), "access does check the length");
    store.free(A, &six);
    assert!(!has(&store, &guarded));
}

#[test]
fn offered_state_belongs_to_no_compartment() {
    let mut store = store();
    let dictionary = Arc::new(state(9, 3000));
    store.offer(Arc::clone(&dictionary));
    assert_eq!(store.used(A), 0);
    store.free(A, &dictionary.id().partial(6).unwrap());
    assert!(has(&store, &dictionary), "no message can free it");
}

#[test]
fn a_compartment_without_memory_keeps_nothing() {
    let mut store = store();
    create(&mut store, A, &state(1, 10), 0);
    store.open(A, None);
    assert_eq!(store.create(A, state(2, 0), Retention::Priority(0)), None);
    assert_eq!(store.create(CompartmentId(3), state(2, 0), Retention::Priority(0)), None, "not open");
    assert_eq!(store.items(), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Create { compartment: u64, name: u8, length: usize, retention: Retention },
    Free { compartment: u64, name: u8, length: usize },
    Open { compartment: u64, size: usize },
    Close { compartment: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let compartment = 0..3_u64;
    let item = (0..4_u8, prop::sample::select(vec![0, 100, 1000, 1984, 1985, 5000]));
    let retention = prop_oneof![Just(Retention::Local), (0..3_u16).prop_map(Retention::Priority)];
    prop_oneof![
        6 => (compartment.clone(), item.clone(), retention).prop_map(|(compartment, (name, length), retention)| {
            Step::Create { compartment, name, length, retention }
        }),
        2 => (compartment.clone(), item)
            .prop_map(|(compartment, (name, length))| Step::Free { compartment, name, length }),
        1 => (compartment.clone(), 0..3_usize).prop_map(|(compartment, size)| Step::Open { compartment, size }),
        1 => compartment.prop_map(|compartment| Step::Close { compartment }),
    ]
}

proptest! {
    #[test]
    fn no_compartment_ever_exceeds_its_memory_and_no_item_is_orphaned(steps in prop::collection::vec(step(), 1..60)) {
        let sizes = [None, Some(MemorySize::K2), Some(MemorySize::K4)];
        let mut store = StateStore::default();
        for step in steps {
            match step {
                Step::Create { compartment, name, length, retention } => {
                    store.create(CompartmentId(compartment), state(name, length), retention);
                }
                Step::Free { compartment, name, length } => {
                    store.free(CompartmentId(compartment), &state(name, length).id().partial(6).unwrap());
                }
                Step::Open { compartment, size } => store.open(CompartmentId(compartment), sizes[size]),
                Step::Close { compartment } => store.close(CompartmentId(compartment)),
            }
            let mut distinct = std::collections::BTreeSet::new();
            for (id, compartment) in &store.compartments {
                let paid: usize = compartment.entries.iter().map(|entry| store.items[&entry.id].state.cost()).sum();
                prop_assert_eq!(paid, compartment.used);
                prop_assert!(paid <= compartment.size);
                prop_assert_eq!(store.used(*id), paid);
                distinct.extend(held(&store, *id));
            }
            prop_assert!(store.items.keys().eq(distinct.iter()), "stored is what some compartment holds");
        }
    }
}
