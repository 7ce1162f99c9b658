//! Any bytecode: it ends within its cycles, its memory and its output, whatever it does.

use proptest::prelude::*;

use super::code::{Code, Operand, START};
use crate::{
    CompartmentId, CyclesPerBit, Decompressor, MemorySize, Nack, Parameters, Received, Resources,
    StateRequest, Transport, opcode,
};

/// The operands of each instruction in the notation of RFC 3320 9; `*` repeats what follows as often as the literal says.
const OPERANDS: [&str; 36] = [
    "", "$%", "$%", "$", "$%", "$%", "$%", "$%", "$%", "$%", "$%", "%%%", "%%%", "%%%", "%%", "%#*%", "%",
    "%", "%%%", "%%$", "%%$", "%%%%", "@", "%%@@@", "@", "", "#%*@", "%%%@", "%%@", "%%@", "%@#*%%%%",
    "%%%%%%", "%%%%%", "%%", "%%", "%%%%%%%",
];

#[derive(Clone, Debug)]
struct Instruction {
    opcode: u8,
    /// Values for the operands, taken in turn.
    values: Vec<u16>,
    /// How often the repeated operands occur.
    repeated: u16,
}

/// Values that lie at limits.
fn value() -> impl Strategy<Value = u16> {
    let limits = vec![
        0, 1, 2, 5, 6, 16, 17, 20, 21, 32, 63, 64, 66, 68, 70, 72, 127, 128, 130, 8191, 32768, 65534, 65535,
    ];
    prop_oneof![3 => prop::sample::select(limits), 2 => 0..40_u16, 1 => any::<u16>()]
}

fn instruction() -> impl Strategy<Value = Instruction> {
    (0..36_u8, prop::collection::vec(value(), 1..9), 0..5_u16)
        .prop_map(|(opcode, values, repeated)| Instruction { opcode, values, repeated })
}

impl Instruction {
    fn operands(&self) -> Vec<Operand> {
        let (head, tail) = OPERANDS[usize::from(self.opcode)]
            .split_once('*')
            .unwrap_or((OPERANDS[usize::from(self.opcode)], ""));
        let kinds = head.chars().chain(tail.chars().cycle().take(tail.len() * usize::from(self.repeated)));
        let mut values = self.values.iter().cycle().copied();
        let operand = |kind| match (kind, values.next().expect("there is a value")) {
            ('#', _) => Operand::Literal(self.repeated),
            ('$', address) => Operand::At(address),
            ('@', address) => Operand::To(if address > 1000 { address } else { START + address }),
            (_, value) if value & 3 == 3 => Operand::Word(value),
            (_, value) => Operand::Value(value),
        };
        kinds.map(operand).collect()
    }
}

/// Instructions, and jumps among them that mostly hit the start of one.
fn program() -> impl Strategy<Value = Code> {
    prop::collection::vec(instruction(), 1..20).prop_map(|instructions| {
        let registers = Code::default().values(opcode::LOAD, &[70, 600]);
        instructions
            .iter()
            .fold(registers, |code, instruction| code.add(instruction.opcode, &instruction.operands()))
    })
}

fn parameters() -> impl Strategy<Value = Parameters> {
    let cycles = prop::sample::select(vec![CyclesPerBit::C16, CyclesPerBit::C128]);
    let memory = prop::sample::select(vec![MemorySize::K2, MemorySize::K8, MemorySize::K128]);
    let state = prop::sample::select(vec![None, Some(MemorySize::K2), Some(MemorySize::K128)]);
    (cycles, memory, state).prop_map(|(cycles_per_bit, decompression_memory_size, state_memory_size)| {
        let resources = Resources { cycles_per_bit, decompression_memory_size, state_memory_size };
        Parameters { resources, version: 2 }
    })
}

/// Receives `message` and grants what it asks for; checks every bound on the way.
fn check(parameters: Parameters, message: &[u8], transport: Transport) {
    let mut endpoint = Decompressor::new(parameters);
    let limit = parameters.resources.cycles_per_bit.for_message(message.len());
    match endpoint.receive(message, transport) {
        Err(failure) => {
            assert!(failure.cycles <= limit, "{failure} above {limit}");
            if let Some(nack) = Nack::answering(message, &failure) {
                let mut octets = Vec::new();
                nack.write_to(&mut octets);
                assert_eq!(Nack::parse(&octets), Some(nack));
            }
        }
        Ok(Received::Nack(_)) => {}
        Ok(Received::Message(decompressed)) => {
            assert!(decompressed.cycles <= limit, "{} cycles above {limit}", decompressed.cycles);
            assert!(decompressed.octets.is_none_or(|octets| octets.len() <= 65_536));
            let creations = |request: &&StateRequest| matches!(request, StateRequest::Create(..));
            assert!(decompressed.pending.state_requests.iter().filter(creations).count() <= 4);
            endpoint.grant(CompartmentId(0), decompressed.pending);
            let size = parameters.resources.state_memory_size.map_or(0, MemorySize::octets);
            assert!(endpoint.states().used(CompartmentId(0)) <= size);
        }
    }
}

#[test]
fn bombs_stop_at_the_cycle_limit() {
    let endless = Code::default().add(opcode::JUMP, &[Operand::To(START)]);
    let bombs = [
        endless,
        Code::default().values(opcode::OUTPUT, &[0, 1]).add(opcode::JUMP, &[Operand::To(START)]),
        Code::default().values(opcode::COPY, &[300, 7000, 301]).add(opcode::JUMP, &[Operand::To(START)]),
        Code::default().values(opcode::MEMSET, &[300, 7000, 1, 1]).add(opcode::JUMP, &[Operand::To(START)]),
        Code::default().values(opcode::SHA_1, &[300, 7000, 300]).add(opcode::JUMP, &[Operand::To(START)]),
        Code::default()
            .values(opcode::SORT_ASCENDING, &[300, 3, 999])
            .add(opcode::JUMP, &[Operand::To(START)]),
        Code::default().add(opcode::SWITCH, &[Operand::Literal(1), Operand::Value(0), Operand::To(START)]),
    ];
    for bomb in bombs {
        let message = bomb.with(&[0; 100]);
        let endpoint = Decompressor::new(Parameters::SIP_MINIMUM);
        let failure = endpoint.receive(&message, Transport::MessageBased).unwrap_err();
        assert_eq!(failure.reason, crate::Reason::CyclesExhausted, "{bomb:?}");
        // What the input would have brought is not there: it was never read.
        assert!(failure.cycles <= CyclesPerBit::C16.for_message(message.len() - 100));
    }
}

#[test]
fn cycles_grow_with_the_input_only_as_it_is_read() {
    let read = Code::default()
        .add(opcode::INPUT_BYTES, &[Operand::Value(50), Operand::Value(300), Operand::To(START)]);
    let spin = read.here();
    let message = read.add(opcode::JUMP, &[Operand::To(spin)]).with(&[0; 100]);
    let endpoint = Decompressor::new(Parameters::SIP_MINIMUM);
    let failure = endpoint.receive(&message, Transport::MessageBased).unwrap_err();
    assert_eq!(
        failure.cycles,
        CyclesPerBit::C16.for_message(message.len() - 50),
        "half of the input was read"
    );
}

/// Octets that are mostly opcodes and short operands.
fn any_code() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![0..40_u8, any::<u8>()], 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_program_ends_within_its_bounds(
        code in program(), input in prop::collection::vec(any::<u8>(), 0..60), parameters in parameters(), stream in any::<bool>(),
    ) {
        let transport = if stream { Transport::StreamBased } else { Transport::MessageBased };
        check(parameters, &code.with(&input), transport);
    }

    #[test]
    fn any_octets_end_within_their_bounds(
        first in 0xf8..=0xff_u8, octets in any_code(), parameters in parameters(),
    ) {
        check(parameters, &[&[first], &octets[..]].concat(), Transport::MessageBased);
    }

    #[test]
    fn any_uploaded_octets_end_within_their_bounds(code in any_code(), destination in 1..16_u8, parameters in parameters()) {
        let length = code.len();
        let header = [0xf8, (length >> 4) as u8, (length << 4) as u8 | destination];
        check(parameters, &[&header, &code[..]].concat(), Transport::MessageBased);
    }
}
