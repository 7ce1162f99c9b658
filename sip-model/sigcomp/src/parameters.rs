//! SigComp parameters: what a receiving endpoint offers (RFC 3320 3.3).

/// What one endpoint offers to those that send it SigComp messages. RFC 3320 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The UDVM cycles and the memory on offer.
    pub resources: Resources,
    /// `SigComp_version`: 1 is the basic version, 2 adds negative acknowledgements (RFC 4077 2.4).
    pub version: u8,
}

impl Parameters {
    /// The least that a SIP endpoint offers: 8,192 octets to decompress, 2,048 octets of state for each compartment, 16
    /// cycles per bit, version 2.
    //= RFC 5049 4: minimum values of SigComp parameters for SIP/SigComp
    pub const SIP_MINIMUM: Self = Self {
        resources: Resources {
            cycles_per_bit: CyclesPerBit::C16,
            decompression_memory_size: MemorySize::K8,
            state_memory_size: Some(MemorySize::K2),
        },
        version: NACK_VERSION,
    };

    /// The least that any endpoint offers: 2,048 octets to decompress, no state memory, 16 cycles per bit, version 1.
    /// RFC 3320 3.3.1.
    pub const MINIMUM: Self = Self {
        resources: Resources {
            cycles_per_bit: CyclesPerBit::C16,
            decompression_memory_size: MemorySize::K2,
            state_memory_size: None,
        },
        version: 1,
    };
}

/// The version whose endpoints answer decompression failures with a NACK.
pub const NACK_VERSION: u8 = 2;

/// The three parameters that share one octet in returned feedback. RFC 3320 3.3.1 and 9.4.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// UDVM cycles for each bit of a message.
    pub cycles_per_bit: CyclesPerBit,
    /// Memory for one message and the UDVM that decompresses it.
    pub decompression_memory_size: MemorySize,
    /// Memory for the state of one compartment; `None` is 0 octets: the endpoint keeps no state.
    pub state_memory_size: Option<MemorySize>,
}

impl Resources {
    /// The octet that announces these resources, never 0.
    #[must_use]
    pub const fn octet(self) -> u8 {
        let state = match self.state_memory_size {
            None => 0,
            Some(size) => size.0,
        };
        (self.cycles_per_bit as u8) << 6 | self.decompression_memory_size.0 << 3 | state
    }

    /// What an octet of returned parameters announces; `None` when it announces nothing (the octet 0, or a
    /// decompression memory of 0 octets, which no endpoint can offer).
    #[must_use]
    pub const fn from_octet(octet: u8) -> Option<Self> {
        let cycles_per_bit = match octet >> 6 {
            0 => CyclesPerBit::C16,
            1 => CyclesPerBit::C32,
            2 => CyclesPerBit::C64,
            _ => CyclesPerBit::C128,
        };
        match MemorySize::from_bits(octet >> 3) {
            None => None,
            Some(decompression_memory_size) => {
                let state_memory_size = MemorySize::from_bits(octet);
                Some(Self { cycles_per_bit, decompression_memory_size, state_memory_size })
            }
        }
    }
}

/// `cycles_per_bit`: UDVM cycles that each bit of a message adds to what its decompression may cost. RFC 3320 3.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CyclesPerBit {
    /// 16 cycles, the minimum.
    C16,
    /// 32 cycles.
    C32,
    /// 64 cycles.
    C64,
    /// 128 cycles.
    C128,
}

impl CyclesPerBit {
    /// The number of cycles: 16, 32, 64 or 128.
    #[must_use]
    pub const fn cycles(self) -> u8 {
        16 << self as u8
    }

    /// The cycles that a whole message of `octets` octets may cost: (8 × octets + 1000) × cycles per bit.
    //= RFC 3320 8.6: maximum_UDVM_cycles = (8 * n + 1000) * cycles_per_bit
    #[must_use]
    pub const fn for_message(self, octets: usize) -> u64 {
        (8 * octets as u64 + 1000) * self.cycles() as u64
    }
}

/// A memory size that SigComp can announce: 2,048 octets times a power of two, up to 131,072. RFC 3320 3.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemorySize(u8);

impl MemorySize {
    /// 2,048 octets.
    pub const K2: Self = Self(1);
    /// 4,096 octets.
    pub const K4: Self = Self(2);
    /// 8,192 octets.
    pub const K8: Self = Self(3);
    /// 16,384 octets.
    pub const K16: Self = Self(4);
    /// 32,768 octets.
    pub const K32: Self = Self(5);
    /// 65,536 octets.
    pub const K64: Self = Self(6);
    /// 131,072 octets.
    pub const K128: Self = Self(7);

    /// The size in octets.
    #[must_use]
    pub const fn octets(self) -> usize {
        1024 << self.0
    }

    /// The size that is exactly `octets`, if SigComp can announce it.
    #[must_use]
    pub fn exactly(octets: usize) -> Option<Self> {
        (1..=7).map(Self).find(|size| size.octets() == octets)
    }

    /// The size that the three lowest bits encode; `None` for 000, which is no memory.
    const fn from_bits(bits: u8) -> Option<Self> {
        match bits & 0b111 {
            0 => None,
            bits => Some(Self(bits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_of_resources_reads_back() {
        for octet in 0..=255 {
            match Resources::from_octet(octet) {
                Some(resources) => assert_eq!(resources.octet(), octet),
                None => assert_eq!(
                    octet & 0b0011_1000,
                    0,
                    "only a missing decompression memory announces nothing"
                ),
            }
        }
    }

    #[test]
    fn sip_minimum_is_that_of_rfc_5049() {
        let Parameters { resources, version } = Parameters::SIP_MINIMUM;
        assert_eq!(resources.decompression_memory_size.octets(), 8192);
        assert_eq!(resources.state_memory_size.map(MemorySize::octets), Some(2048));
        assert_eq!((resources.cycles_per_bit.cycles(), version), (16, 2));
        assert_eq!(resources.octet(), 0b0001_1001);
    }

    #[test]
    fn cycles_of_a_message_follow_the_formula() {
        assert_eq!(CyclesPerBit::C16.for_message(0), 16_000);
        assert_eq!(CyclesPerBit::C128.for_message(131_072), (8 * 131_072 + 1000) * 128);
    }

    #[test]
    fn sizes_are_powers_of_two_from_2048() {
        assert_eq!(MemorySize::exactly(2048), Some(MemorySize::K2));
        assert_eq!(MemorySize::exactly(131_072), Some(MemorySize::K128));
        assert_eq!(MemorySize::exactly(3000), None);
    }
}
