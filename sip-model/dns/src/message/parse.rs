//! Octets to messages.
//!
//! The time is linear in the octets: a name costs at most 255 octets and as many pointers as it can have labels,
//! and each record takes eleven octets of the input at least.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::{
    Edns, Flags, MAX_MESSAGE_OCTETS, Message, Opcode, ParseError, ParseErrorKind, Question, ResponseCode,
};
use crate::name::{MAX_LABELS, Name, NameBuilder, NameError};
use crate::record::{CharacterString, Class, Naptr, RData, Record, RecordType, Soa, Srv};

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// What is wrong first, and where. Records of unknown types are read as octets.
    pub fn parse(octets: &[u8]) -> Result<Message, ParseError> {
        if octets.len() > MAX_MESSAGE_OCTETS {
            return Err(error(ParseErrorKind::TooLong, MAX_MESSAGE_OCTETS, octets.len()));
        }
        let mut reader = Reader { octets, at: 0, end: octets.len() };
        let (id, bits) = (reader.u16()?, reader.u16()?);
        let counts = [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
        let questions = (0..counts[0]).map(|_| reader.question()).collect::<Result<_, _>>()?;
        let mut message = Message {
            id,
            opcode: opcode(bits),
            flags: flags(bits),
            code: ResponseCode::of_number(bits & 0xf),
            questions,
            answers: Vec::new(),
            authorities: Vec::new(),
            additionals: Vec::new(),
            edns: None,
        };
        message.answers = reader.section(counts[1])?;
        message.authorities = reader.section(counts[2])?;
        (0..counts[3]).try_for_each(|_| reader.additional(&mut message))?;
        if reader.at < octets.len() {
            return Err(error(ParseErrorKind::Trailing, reader.at, octets.len()));
        }
        Ok(message)
    }
}

fn opcode(bits: u16) -> Opcode {
    match (bits >> 11) & 0xf {
        0 => Opcode::Query,
        other => Opcode::Other(u8::try_from(other).expect("four bits fit into an octet")),
    }
}

fn flags(bits: u16) -> Flags {
    let set = |bit: u32| bits & (1 << bit) != 0;
    Flags {
        response: set(15),
        authoritative: set(10),
        truncated: set(9),
        recursion_desired: set(8),
        recursion_available: set(7),
        authentic_data: set(5),
        checking_disabled: set(4),
    }
}

fn error(kind: ParseErrorKind, start: usize, end: usize) -> ParseError {
    ParseError { kind, at: start..end }
}

/// A place in the octets of a message, and where reading must stop: its end, or that of a record's data.
struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
    end: usize,
}

/// What stands before the data of a record.
struct RecordHead {
    name: Name,
    number: u16,
    class: u16,
    ttl: u32,
    data_end: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ParseError> {
        let Some(octets) = self.octets[self.at..self.end].get(..count) else {
            return Err(error(ParseErrorKind::Truncated, self.at, self.end));
        };
        self.at += count;
        Ok(octets)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParseError> {
        Ok(self.take(N)?.try_into().expect("as many octets were taken"))
    }

    fn u8(&mut self) -> Result<u8, ParseError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<u16, ParseError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, ParseError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn character_string(&mut self) -> Result<CharacterString, ParseError> {
        let length = self.u8()?;
        let octets = self.take(length.into())?;
        Ok(CharacterString::new(octets).expect("a length of one octet is at most 255"))
    }

    /// Reads a name, and follows its pointers.
    fn name(&mut self) -> Result<Name, ParseError> {
        let (mut builder, start) = (NameBuilder::default(), self.at);
        let (mut at, mut end, mut earliest) = (self.at, self.end, self.at);
        let mut after_first_pointer = None;
        for _ in 0..=2 * MAX_LABELS {
            let mut part = Reader { octets: self.octets, at, end };
            let length = part.u8()?;
            match length >> 6 {
                0 if length == 0 => {
                    self.at = after_first_pointer.unwrap_or(part.at);
                    return Ok(builder.finish());
                }
                0 => {
                    let label = part.take(length.into())?;
                    builder
                        .push(label)
                        .map_err(|_: NameError| error(ParseErrorKind::NameTooLong, start, part.at))?;
                    at = part.at;
                }
                3 => {
                    let target = usize::from(length & 0x3f) << 8 | usize::from(part.u8()?);
                    //= RFC 1035 4.1.4: a pointer to a prior occurance of the same name
                    if target >= earliest {
                        return Err(error(ParseErrorKind::Pointer, at, part.at));
                    }
                    after_first_pointer = after_first_pointer.or(Some(part.at));
                    (at, end, earliest) = (target, self.octets.len(), target);
                }
                _ => return Err(error(ParseErrorKind::LabelType, at, part.at)),
            }
        }
        Err(error(ParseErrorKind::NameTooLong, start, self.at.max(start)))
    }

    fn question(&mut self) -> Result<Question, ParseError> {
        let name = self.name()?;
        let record_type = RecordType::of_number(self.u16()?);
        Ok(Question { name, record_type, class: Class(self.u16()?) })
    }

    fn section(&mut self, count: u16) -> Result<Vec<Record>, ParseError> {
        let read = |_| {
            let start = self.at;
            let head = self.record_head()?;
            if head.number == RecordType::Opt.number() {
                return Err(error(ParseErrorKind::Edns, start, self.at));
            }
            self.record(head)
        };
        (0..count).map(read).collect()
    }

    fn additional(&mut self, message: &mut Message) -> Result<(), ParseError> {
        let start = self.at;
        let head = self.record_head()?;
        if head.number != RecordType::Opt.number() {
            message.additionals.push(self.record(head)?);
            return Ok(());
        }
        if message.edns.is_some() || !head.name.is_root() {
            return Err(error(ParseErrorKind::Edns, start, self.at));
        }
        let [upper, version, flags @ ..] = head.ttl.to_be_bytes();
        message.code = ResponseCode::of_number(u16::from(upper) << 4 | message.code.number() & 0xf);
        let options = self.data(head.data_end, Reader::options)?;
        let flags = u16::from_be_bytes(flags);
        message.edns = Some(Edns { udp_payload: head.class, version, flags, options });
        Ok(())
    }

    fn record_head(&mut self) -> Result<RecordHead, ParseError> {
        let name = self.name()?;
        let (number, class, ttl, length) = (self.u16()?, self.u16()?, self.u32()?, self.u16()?);
        let data_end = self.at + usize::from(length);
        if data_end > self.end {
            return Err(error(ParseErrorKind::Truncated, self.at, self.end));
        }
        Ok(RecordHead { name, number, class, ttl, data_end })
    }

    fn record(&mut self, head: RecordHead) -> Result<Record, ParseError> {
        let data = self.data(head.data_end, |data| data.rdata(head.number))?;
        //= RFC 2181 8: should treat TTL values received with the most significant bit set as if the entire value was zero
        let ttl = if head.ttl >> 31 == 0 { head.ttl } else { 0 };
        Ok(Record { name: head.name, class: Class(head.class), ttl, data })
    }

    /// Reads the data of a record, which must end at `end` exactly.
    fn data<T>(
        &mut self,
        end: usize,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        let start = self.at;
        let mut data = Reader { octets: self.octets, at: start, end };
        let value = match read(&mut data) {
            Ok(value) if data.at == end => value,
            Ok(_) => return Err(error(ParseErrorKind::DataLength, start, end)),
            Err(ParseError { kind: ParseErrorKind::Truncated, .. }) => {
                return Err(error(ParseErrorKind::DataLength, start, end));
            }
            Err(error) => return Err(error),
        };
        self.at = end;
        Ok(value)
    }

    fn rdata(&mut self, number: u16) -> Result<RData, ParseError> {
        Ok(match RecordType::of_number(number) {
            RecordType::A => RData::A(Ipv4Addr::from(self.array::<4>()?)),
            RecordType::Ns => RData::Ns(self.name()?),
            RecordType::Cname => RData::Cname(self.name()?),
            RecordType::Soa => RData::Soa(Box::new(self.soa()?)),
            RecordType::Ptr => RData::Ptr(self.name()?),
            RecordType::Txt => RData::Txt(self.text()?),
            RecordType::Aaaa => RData::Aaaa(Ipv6Addr::from(self.array::<16>()?)),
            RecordType::Srv => RData::Srv(self.srv()?),
            RecordType::Naptr => RData::Naptr(Box::new(self.naptr()?)),
            RecordType::Opt | RecordType::Any | RecordType::Other(_) => {
                RData::Other { number, octets: Arc::from(self.take(self.end - self.at)?) }
            }
        })
    }

    fn soa(&mut self) -> Result<Soa, ParseError> {
        Ok(Soa {
            mname: self.name()?,
            rname: self.name()?,
            serial: self.u32()?,
            refresh: self.u32()?,
            retry: self.u32()?,
            expire: self.u32()?,
            minimum: self.u32()?,
        })
    }

    fn text(&mut self) -> Result<Vec<CharacterString>, ParseError> {
        let mut strings = vec![self.character_string()?];
        while self.at < self.end {
            strings.push(self.character_string()?);
        }
        Ok(strings)
    }

    /// A target may be compressed, though no sender should (RFC 2782, RFC 3597 4).
    fn srv(&mut self) -> Result<Srv, ParseError> {
        Ok(Srv { priority: self.u16()?, weight: self.u16()?, port: self.u16()?, target: self.name()? })
    }

    fn naptr(&mut self) -> Result<Naptr, ParseError> {
        Ok(Naptr {
            order: self.u16()?,
            preference: self.u16()?,
            flags: self.character_string()?,
            services: self.character_string()?,
            regexp: self.character_string()?,
            replacement: self.name()?,
        })
    }

    fn options(&mut self) -> Result<Vec<(u16, Vec<u8>)>, ParseError> {
        let mut options = Vec::new();
        while self.at < self.end {
            let (code, length) = (self.u16()?, self.u16()?);
            options.push((code, self.take(length.into())?.to_vec()));
        }
        Ok(options)
    }
}
