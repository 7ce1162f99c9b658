//! The two formats of captures, down to frames.

use std::io::ErrorKind;
use std::time::Duration;

use pcap_file::pcap::PcapReader;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::{Block, PcapNgReader};
use pcap_file::{DataLink, PcapError};

use crate::CaptureError;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Pcap,
    PcapNg,
}

impl Format {
    pub(crate) fn of(octets: &[u8]) -> Option<Format> {
        match octets.first_chunk::<4>()? {
            [0x0a, 0x0d, 0x0d, 0x0a] => Some(Format::PcapNg),
            [0xa1, 0xb2, 0xc3, 0xd4]
            | [0xd4, 0xc3, 0xb2, 0xa1]
            | [0xa1, 0xb2, 0x3c, 0x4d]
            | [0x4d, 0x3c, 0xb2, 0xa1] => Some(Format::Pcap),
            _ => None,
        }
    }
}

/// A frame of a capture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    /// From 1.
    pub(crate) number: u64,
    /// Since the beginning of 1970.
    pub(crate) time: Duration,
    /// The interface that saw it; 0 where the format knows none.
    pub(crate) interface: u32,
    pub(crate) link: DataLink,
    pub(crate) octets: &'a [u8],
}

/// Hands each frame to `take`; `true` when the file ends in the middle of one.
pub(crate) fn each_frame(octets: &[u8], take: impl FnMut(Frame<'_>)) -> Result<bool, CaptureError> {
    match Format::of(octets).ok_or(CaptureError::NotACapture)? {
        Format::Pcap => pcap(octets, take),
        Format::PcapNg => pcapng(octets, take),
    }
}

fn pcap(octets: &[u8], mut take: impl FnMut(Frame<'_>)) -> Result<bool, CaptureError> {
    let mut reader = PcapReader::new(octets).map_err(|error| broken(0, &error))?;
    let link = reader.header().datalink;
    let mut number = 0;
    while let Some(packet) = reader.next_packet() {
        match packet {
            Ok(packet) => {
                number += 1;
                take(Frame { number, time: packet.timestamp, interface: 0, link, octets: &packet.data });
            }
            Err(error) if is_end(&error) => return Ok(true),
            Err(error) => return Err(broken(number, &error)),
        }
    }
    Ok(false)
}

fn pcapng(octets: &[u8], mut take: impl FnMut(Frame<'_>)) -> Result<bool, CaptureError> {
    let mut reader = PcapNgReader::new(octets).map_err(|error| broken(0, &error))?;
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut number = 0;
    while let Some(block) = reader.next_block() {
        match block {
            Ok(Block::SectionHeader(_)) => interfaces.clear(),
            Ok(Block::InterfaceDescription(description)) => interfaces.push(Interface::of(&description)),
            Ok(Block::EnhancedPacket(packet)) => {
                number += 1;
                let interface =
                    interfaces.get(packet.interface_id as usize).copied().unwrap_or(Interface::UNKNOWN);
                // The reader takes the units of time for nanoseconds, whatever they are.
                let time = interface.time(packet.timestamp.as_nanos());
                let (link, octets) = (interface.link, &*packet.data);
                take(Frame { number, time, interface: packet.interface_id, link, octets });
            }
            Ok(Block::SimplePacket(packet)) => {
                number += 1;
                let link = interfaces.first().copied().unwrap_or(Interface::UNKNOWN).link;
                take(Frame { number, time: Duration::ZERO, interface: 0, link, octets: &packet.data });
            }
            Ok(_) => {}
            Err(error) if is_end(&error) => return Ok(true),
            Err(error) => return Err(broken(number, &error)),
        }
    }
    Ok(false)
}

fn is_end(error: &PcapError) -> bool {
    match error {
        PcapError::IncompleteBuffer => true,
        PcapError::IoError(error) => error.kind() == ErrorKind::UnexpectedEof,
        _ => false,
    }
}

fn broken(after: u64, error: &PcapError) -> CaptureError {
    CaptureError::Broken { after, problem: error.to_string() }
}

/// What a pcapng file says of an interface.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: DataLink,
    units_per_second: u128,
}

impl Interface {
    const UNKNOWN: Interface = Interface { link: DataLink::Unknown(u32::MAX), units_per_second: 1_000_000 };

    //= draft-ietf-opsawg-pcapng-01 4.2: without if_tsresol the unit is a microsecond; with its highest bit set, the unit
    // is a negative power of two, else of ten
    fn of(block: &InterfaceDescriptionBlock<'_>) -> Interface {
        let resolution = block.options.iter().find_map(|option| match option {
            InterfaceDescriptionOption::IfTsResol(value) => Some(*value),
            _ => None,
        });
        let units_per_second = match resolution.unwrap_or(6) {
            power @ 0..=19 => 10_u128.pow(power.into()),
            power @ 0x80..=0xbf => 1 << (power & 0x7f),
            _ => 1_000_000,
        };
        Interface { link: block.linktype, units_per_second }
    }

    fn time(self, units: u128) -> Duration {
        let seconds = units / self.units_per_second;
        let nanos = (units % self.units_per_second) * 1_000_000_000 / self.units_per_second;
        Duration::new(u64::try_from(seconds).unwrap_or(u64::MAX), u32::try_from(nanos).unwrap_or(0))
    }
}
