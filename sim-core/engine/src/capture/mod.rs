//! Captures in the pcapng format, as Wireshark and tshark read them.
//!
//! ```text
//!  section header │ interface 0 │ interface 1 │ … │ packet │ packet │ …
//!  "siplab"         a link each: name, ns,          interface, time, octets,
//!                   raw IP                          comment
//! ```
//!
//! The file holds nothing but what is written into it: no date, no host name, no version. Virtual time zero is shown
//! as the beginning of 1970. Not covered: several sections, name resolution, statistics, secrets, and packets
//! that are cut short.
//!
//! ```
//! use sim_api::SimTime;
//! use sim_engine::capture::{Capture, Interface, InterfaceName};
//!
//! let mut capture = Capture::new(Vec::new(), &[InterfaceName("ran-7".into())])?;
//! capture.packet(Interface(0), SimTime::from_millis(10), &[0x45; 20], Some("dropped: queue full"))?;
//! assert_eq!(capture.finish()?.len(), 44 + 44 + 80);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Follows draft-ietf-opsawg-pcapng-01.

mod block;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use sim_api::SimTime;

use block::Block;

/// The name of a link, which the capture shows as the name of an interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName(pub String);

/// A link in a capture: its position among the names given to [`Capture::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interface(pub u32);

/// A capture that is being written.
#[derive(Debug)]
pub struct Capture<W> {
    writer: W,
    block: Block,
    interfaces: u32,
}

impl<W: Write> Capture<W> {
    /// Begins a capture of these links. Each block is one `write`: hand over a buffered writer for a file.
    ///
    /// # Errors
    /// Those of `writer`; [`io::ErrorKind::InvalidInput`] for a name of more than 65,535 octets.
    pub fn new(writer: W, interfaces: &[InterfaceName]) -> io::Result<Capture<W>> {
        let count = u32::try_from(interfaces.len()).map_err(|_| too_long("the list of interfaces"))?;
        let mut capture = Capture { writer, block: Block::new(), interfaces: count };
        capture.section_header()?;
        for name in interfaces {
            capture.interface_description(name)?;
        }
        Ok(capture)
    }

    /// Adds the IP packet `octets`, seen on `interface` at `time`; the comment says what Wireshark cannot see, such as
    /// why the packet was dropped.
    ///
    /// # Errors
    /// Those of the writer; [`io::ErrorKind::InvalidInput`] for a comment of more than 65,535 octets or a packet of
    /// 2^32 or more, of which nothing is written.
    ///
    /// # Panics
    /// When the capture has no such interface.
    pub fn packet(
        &mut self,
        interface: Interface,
        time: SimTime,
        octets: &[u8],
        comment: Option<&str>,
    ) -> io::Result<()> {
        assert!(
            interface.0 < self.interfaces,
            "{interface:?} of a capture of {} interfaces",
            self.interfaces
        );
        let length = u32::try_from(octets.len()).map_err(|_| too_long("a packet"))?;
        //= draft-ietf-opsawg-pcapng-01 4.3: interface, upper and lower half of the time, captured and original length
        self.block.begin(ENHANCED_PACKET);
        self.block.u32(interface.0);
        self.block.u32((time.as_nanos() >> 32) as u32);
        self.block.u32(time.as_nanos() as u32);
        self.block.u32(length);
        self.block.u32(length);
        self.block.padded(octets);
        if let Some(comment) = comment {
            self.block.option(OPT_COMMENT, comment.as_bytes())?;
            self.block.end_of_options();
        }
        self.write()
    }

    /// Flushes the writer and gives it back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn section_header(&mut self) -> io::Result<()> {
        //= draft-ietf-opsawg-pcapng-01 4.1: byte-order magic, version 1.0, section length -1 when it is not known
        self.block.begin(SECTION_HEADER);
        self.block.u32(BYTE_ORDER_MAGIC);
        self.block.u16(1);
        self.block.u16(0);
        self.block.u32(u32::MAX);
        self.block.u32(u32::MAX);
        self.block.option(SHB_USERAPPL, b"siplab")?;
        self.block.end_of_options();
        self.write()
    }

    fn interface_description(&mut self, name: &InterfaceName) -> io::Result<()> {
        //= draft-ietf-opsawg-pcapng-01 4.2: link type, reserved, a snapshot length of 0 is no limit
        self.block.begin(INTERFACE_DESCRIPTION);
        self.block.u16(LINKTYPE_RAW);
        self.block.u16(0);
        self.block.u32(0);
        self.block.option(IF_NAME, name.0.as_bytes())?;
        //= draft-ietf-opsawg-pcapng-01 4.2: if_tsresol is the negative power of ten of the unit of time
        self.block.option(IF_TSRESOL, &[9])?;
        self.block.end_of_options();
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        self.writer.write_all(self.block.end()?)
    }
}

fn too_long(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what} is too long for a pcapng file"))
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;

/// Packets begin with an IPv4 or IPv6 header, which the version field tells apart.
const LINKTYPE_RAW: u16 = 101;
