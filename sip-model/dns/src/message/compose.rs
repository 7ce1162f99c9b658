//! Messages to octets.

use std::collections::BTreeMap;

use super::{Edns, HEADER_OCTETS, MAX_MESSAGE_OCTETS, Message, Opcode, Question};
use crate::name::Name;
use crate::record::{CharacterString, Naptr, RData, Record, RecordType, Soa, Srv};

/// The offsets that a compression pointer can say: 14 bits (RFC 1035 4.1.4).
const POINTER_REACH: usize = 1 << 14;

impl Message {
    /// The octets of this message, at most 65,535: what does not fit is cut as in [`Message::compose_within`].
    pub fn compose(&self) -> Vec<u8> {
        self.compose_within(MAX_MESSAGE_OCTETS)
    }

    /// The octets of this message, at most `limit`.
    ///
    /// Additional records that do not fit are left out. When an answer or an authority does not fit, the message ends
    /// before the first record of its set and has the flag TC. The header, the questions and the EDNS record are never
    /// left out: with them alone `limit` may be exceeded.
    pub fn compose_within(&self, limit: usize) -> Vec<u8> {
        let reserved = self.edns.as_ref().map_or(0, edns_octets);
        let mut writer = Writer::new(limit.min(MAX_MESSAGE_OCTETS).saturating_sub(reserved));
        writer.octets.extend_from_slice(&[0; HEADER_OCTETS]);
        self.questions.iter().for_each(|question| writer.question(question));
        let answers = writer.section(&self.answers);
        let is_cut = answers < self.answers.len();
        let authorities = if is_cut { 0 } else { writer.section(&self.authorities) };
        let is_cut = is_cut || authorities < self.authorities.len();
        //= RFC 2181 9: the TC bit should not be set merely because some extra information could have been included
        let additionals = if is_cut { 0 } else { writer.section(&self.additionals) };
        if let Some(edns) = &self.edns {
            let [_, upper_code] = (self.code.number() >> 4).to_be_bytes();
            writer.edns(edns, upper_code);
        }
        let counts =
            [self.questions.len(), answers, authorities, additionals + usize::from(self.edns.is_some())];
        writer.header(self.id, self.bits() | u16::from(is_cut) << 9, counts);
        writer.octets
    }

    fn bits(&self) -> u16 {
        let opcode = match self.opcode {
            Opcode::Query => 0,
            Opcode::Other(number) => u16::from(number & 0xf),
        };
        let flags = [
            (self.flags.response, 15),
            (self.flags.authoritative, 10),
            (self.flags.truncated, 9),
            (self.flags.recursion_desired, 8),
            (self.flags.recursion_available, 7),
            (self.flags.authentic_data, 5),
            (self.flags.checking_disabled, 4),
        ];
        let flags = flags.iter().fold(0, |bits, &(flag, bit)| bits | u16::from(flag) << bit);
        flags | opcode << 11 | self.code.number() & 0xf
    }
}

fn length(octets: usize) -> u16 {
    u16::try_from(octets).expect("the options of an EDNS record take less than 65,536 octets")
}

/// The octets of an EDNS record.
fn edns_octets(edns: &Edns) -> usize {
    11 + edns.options.iter().map(|(_, data)| 4 + data.len()).sum::<usize>()
}

/// A message that grows, and where each name ending in it stands.
struct Writer<'a> {
    octets: Vec<u8>,
    limit: usize,
    endings: BTreeMap<&'a [u8], u16>,
}

impl<'a> Writer<'a> {
    fn new(limit: usize) -> Writer<'a> {
        Writer { octets: Vec::with_capacity(512), limit, endings: BTreeMap::new() }
    }

    fn header(&mut self, id: u16, bits: u16, counts: [usize; 4]) {
        let counts =
            counts.map(|count| u16::try_from(count).expect("the octets of a message bound its records"));
        let words = [id, bits, counts[0], counts[1], counts[2], counts[3]];
        for (place, word) in self.octets.chunks_exact_mut(2).zip(words) {
            place.copy_from_slice(&word.to_be_bytes());
        }
    }

    fn question(&mut self, question: &'a Question) {
        self.compressed(&question.name);
        self.u16(question.record_type.number());
        self.u16(question.class.0);
    }

    /// Writes whole sets of records as long as they fit; returns how many records were written.
    fn section(&mut self, records: &'a [Record]) -> usize {
        let mut written = 0;
        //= RFC 2181 5.1: marked as truncated if the entire RRSet will not fit in the response
        for set in records.chunk_by(|a, b| a.name == b.name && a.record_type() == b.record_type()) {
            let start = self.octets.len();
            if !set.iter().all(|record| self.record(record)) {
                self.retreat(start);
                break;
            }
            written += set.len();
        }
        written
    }

    /// Takes back what was written from `start` on.
    fn retreat(&mut self, start: usize) {
        self.octets.truncate(start);
        self.endings.retain(|_, at| usize::from(*at) < start);
    }

    /// Writes a record; returns whether it fits.
    fn record(&mut self, record: &'a Record) -> bool {
        self.compressed(&record.name);
        self.u16(record.record_type().number());
        self.u16(record.class.0);
        self.u32(record.ttl);
        let length_at = self.octets.len();
        self.u16(0);
        self.rdata(&record.data);
        let length = self.octets.len() - length_at - 2;
        let Ok(length) = u16::try_from(length) else { return false };
        self.octets[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
        self.octets.len() <= self.limit
    }

    fn rdata(&mut self, data: &'a RData) {
        match data {
            RData::A(address) => self.octets.extend_from_slice(&address.octets()),
            RData::Ns(name) | RData::Cname(name) | RData::Ptr(name) => self.compressed(name),
            RData::Soa(soa) => self.soa(soa),
            RData::Txt(strings) => strings.iter().for_each(|string| self.character_string(string)),
            RData::Aaaa(address) => self.octets.extend_from_slice(&address.octets()),
            RData::Srv(srv) => self.srv(srv),
            RData::Naptr(naptr) => self.naptr(naptr),
            RData::Other { octets, .. } => self.octets.extend_from_slice(octets),
        }
    }

    fn soa(&mut self, soa: &'a Soa) {
        self.compressed(&soa.mname);
        self.compressed(&soa.rname);
        for word in [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum] {
            self.u32(word);
        }
    }

    fn srv(&mut self, srv: &Srv) {
        for word in [srv.priority, srv.weight, srv.port] {
            self.u16(word);
        }
        //= RFC 2782: unless and until permitted by future standards action, name compression is not to be used for this field
        self.octets.extend_from_slice(srv.target.wire());
    }

    fn naptr(&mut self, naptr: &Naptr) {
        self.u16(naptr.order);
        self.u16(naptr.preference);
        for string in [&naptr.flags, &naptr.services, &naptr.regexp] {
            self.character_string(string);
        }
        //= RFC 3403 4.1: name compression is not to be used for this field
        self.octets.extend_from_slice(naptr.replacement.wire());
    }

    fn edns(&mut self, edns: &Edns, upper_code: u8) {
        self.octets.push(0);
        self.u16(RecordType::Opt.number());
        self.u16(edns.udp_payload);
        self.octets.extend_from_slice(&[upper_code, edns.version]);
        self.u16(edns.flags);
        self.u16(length(edns_octets(edns) - 11));
        for (code, data) in &edns.options {
            self.u16(*code);
            self.u16(length(data.len()));
            self.octets.extend_from_slice(data);
        }
    }

    /// Writes a name; its longest ending that stands in the message already becomes a pointer.
    fn compressed(&mut self, name: &'a Name) {
        let wire = name.wire();
        for start in name.label_starts() {
            let ending = &wire[start..];
            if ending.len() == 1 {
                break;
            }
            if let Some(&at) = self.endings.get(ending) {
                return self.u16(0xc000 | at);
            }
            let label_end = start + 1 + usize::from(wire[start]);
            if let Ok(at) = u16::try_from(self.octets.len())
                && usize::from(at) < POINTER_REACH
            {
                self.endings.insert(ending, at);
            }
            self.octets.extend_from_slice(&wire[start..label_end]);
        }
        self.octets.push(0);
    }

    fn character_string(&mut self, string: &CharacterString) {
        let octets = string.octets();
        self.octets.push(u8::try_from(octets.len()).expect("a character string has at most 255 octets"));
        self.octets.extend_from_slice(octets);
    }

    fn u16(&mut self, word: u16) {
        self.octets.extend_from_slice(&word.to_be_bytes());
    }

    fn u32(&mut self, word: u32) {
        self.octets.extend_from_slice(&word.to_be_bytes());
    }
}
