//! How often the message layer asks the heap.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sip::header::ViaStamp;
use sip::message::{Edit, HeaderName, Message, TransactionKey};

const INVITE: &[u8] = include_bytes!("../benches/invite.sip");

/// The system's allocator, counting what the current thread asks of it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter left; it is no thread of these tests.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator with its arguments unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `GlobalAlloc::realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` asks the heap.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn parse_and_key_allocate_once() {
    let count = allocations(|| {
        let message = Message::parse(INVITE).unwrap();
        TransactionKey::of_request(&message).unwrap();
        message.mandatory().unwrap();
    });
    assert_eq!(count, 1);
}

#[test]
fn stateless_forward_allocates_no_more_than_its_parse() {
    let mut out = Vec::with_capacity(2048);
    let count = allocations(|| {
        let message = Message::parse(INVITE).unwrap();
        TransactionKey::of_request(&message).unwrap();
        let mut edit = Edit::new(&message);
        edit.stamp_top_via(ViaStamp { received: Some([192, 0, 2, 33].into()), rport: Some(5060) });
        edit.set_uri(&"sip:u17@192.0.2.77:5062");
        edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p2.koeln.example;branch=z9hG4bK83749.1");
        edit.push_top(HeaderName::RecordRoute, &"<sip:p2.koeln.example;lr>");
        edit.decrement_max_forwards().unwrap();
        edit.write_into(&mut out);
    });
    assert_eq!(count, 1);
}
