//! Changing a message on its way: copy and splice (RFC 3261 16.6, 16.7).

use super::compose::Compose;
use super::error::ParseError;
use super::name::FieldName;
use super::patch::{Change, Patch, Patches, Value};
use super::scan::RowSpan;
use super::splice::{first_value, second_value, set_param};
use super::{Message, StartLine};
use crate::header::{MaxForwards, ViaStamp};
use crate::message::name::HeaderName;

/// Changes laid over a message, which itself stays as it is.
///
/// Each change sees the message as the changes before it left it. Rows that no change touches are written as they
/// came: order, spelling, white space and folds. New rows are written with the name they are given.
///
/// ```
/// use sip::message::{Edit, HeaderName, Message};
///
/// let octets = b"BYE sip:bob@192.0.2.4 SIP/2.0\r\n\
///     v: SIP/2.0/UDP pc33.atlanta.com\r\n ;branch=z9hG4bKnashds8\r\n\
///     Max-Forwards: 70\r\n\
///     Route: <sip:p1.example.com;lr>,\r\n <sip:p2.example.com;lr>\r\n\
///     X-Odd : as ,, it came\r\n\r\n";
/// let message = Message::parse(octets).unwrap();
/// let mut edit = Edit::new(&message);
/// edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p1.example.com;branch=z9hG4bK77");
/// edit.remove_top(HeaderName::Route);
/// edit.decrement_max_forwards().unwrap();
/// let mut out = Vec::new();
/// edit.write_into(&mut out);
/// assert_eq!(
///     out,
///     b"BYE sip:bob@192.0.2.4 SIP/2.0\r\n\
///     Via: SIP/2.0/UDP p1.example.com;branch=z9hG4bK77\r\n\
///     v: SIP/2.0/UDP pc33.atlanta.com\r\n ;branch=z9hG4bKnashds8\r\n\
///     Max-Forwards: 69\r\n\
///     Route: <sip:p2.example.com;lr>\r\n\
///     X-Odd : as ,, it came\r\n\r\n"
/// );
/// ```
pub struct Edit<'e> {
    message: &'e Message<'e>,
    uri: Option<&'e dyn Compose>,
    /// In the order of the message. For one row: what is inserted before it, each with its parameters behind it,
    /// then what becomes of the row itself, with its parameters behind it.
    patches: Patches<'e>,
}

/// A row of the message as edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The row that the patch at this index inserts.
    Inserted(usize),
    /// The row of the original message at this index.
    Original(usize),
}

impl<'e> Edit<'e> {
    /// No changes to `message` yet.
    #[must_use]
    pub fn new(message: &'e Message<'e>) -> Self {
        Self { message, uri: None, patches: Patches::new() }
    }

    /// Gives a request the Request-URI `uri`; a response stays as it is.
    pub fn set_uri(&mut self, uri: &'e dyn Compose) {
        self.uri = Some(uri);
    }

    /// Puts a row with the one value `value` before the topmost row of `name`, else before all rows.
    pub fn push_top(&mut self, name: impl Into<FieldName<'e>>, value: &'e dyn Compose) {
        let name = name.into();
        self.insert_top(name, Value::Composed(value));
    }

    /// Puts a row with the one value `value` behind the last row of `name`, else behind all rows.
    pub fn push_bottom(&mut self, name: impl Into<FieldName<'e>>, value: &'e dyn Compose) {
        let name = name.into();
        self.push_behind(name, name, value);
    }

    /// Puts a row of `name` with the one value `value` behind the last row of `anchor`, else behind all rows.
    pub fn push_behind(
        &mut self,
        anchor: impl Into<FieldName<'e>>,
        name: impl Into<FieldName<'e>>,
        value: &'e dyn Compose,
    ) {
        let name = name.into();
        let (index, row) = match self.bottom(anchor.into()) {
            Some(Place::Inserted(index)) => (self.group_end(index), self.patches.as_slice()[index].row),
            Some(Place::Original(row)) => (self.patch_from(row + 1), row as u16 + 1),
            None => (self.patches.as_slice().len(), self.rows().len() as u16),
        };
        let change = Change::Insert { name, value: Value::Composed(value) };
        self.patches.insert(index, Patch { row, change });
    }

    /// Removes the topmost value of `name`, and its row if it was the only one in it.
    ///
    /// Commas separate values only in header fields that are lists (see [`HeaderName::is_list`]) and not in rows
    /// that were put in by this edit.
    pub fn remove_top(&mut self, name: impl Into<FieldName<'e>>) {
        let name = name.into();
        let Some(place) = self.top(name) else { return };
        match self.second_value(place, name) {
            Some((row, begin)) => self.change_row(row, Change::Begin(begin)),
            None => self.remove(place),
        }
    }

    /// Removes all rows of `name`.
    pub fn remove_all(&mut self, name: impl Into<FieldName<'e>>) {
        let name = name.into();
        while let Some(place) = self.top(name) {
            self.remove(place);
        }
    }

    /// Removes the original row at `index`, counted from 0 over all rows of the message as received.
    ///
    /// Nothing happens where there is no such row.
    pub fn remove_row(&mut self, index: usize) {
        if index < self.rows().len() && self.is_live(index) {
            self.remove(Place::Original(index));
        }
    }

    /// Makes `value` the only value of `name`: in the topmost row of that name, else in a new one before all rows.
    pub fn replace(&mut self, name: impl Into<FieldName<'e>>, value: &'e dyn Compose) {
        self.replace_by(name.into(), Value::Composed(value));
    }

    /// Takes one hop from Max-Forwards as received, or adds it with 70 where there is none.
    ///
    /// Returns what is left, `None` when it was 0 and the request may not be forwarded: nothing is changed then,
    /// and the answer is 483 (RFC 3261 16.3 step 3).
    ///
    /// # Errors
    /// When Max-Forwards is repeated or malformed.
    pub fn decrement_max_forwards(&mut self) -> Result<Option<MaxForwards>, ParseError> {
        let left = match self.message.max_forwards()? {
            //= RFC 3261 16.6: the proxy MUST decrement its value by one
            Some(hops) => hops.decremented(),
            //= RFC 3261 16.6: if the copy does not contain a Max-Forwards header field, the proxy MUST add one with
            // a field value, which SHOULD be 70
            None => Some(MaxForwards::INITIAL),
        };
        if let Some(hops) = left {
            self.replace_by(FieldName::Known(HeaderName::MaxForwards), Value::Number(u32::from(hops.0)));
        }
        Ok(left)
    }

    /// Sets the parameter `param` of the topmost value of `name`: in its place if it is there, else behind the
    /// others. Nothing happens where there is no such value.
    pub fn set_top_param(&mut self, name: impl Into<FieldName<'e>>, param: &'e str, value: &'e dyn Compose) {
        self.set_param(name.into(), param, Value::Composed(value));
    }

    /// Writes into the topmost Via where the request came from (RFC 3261 18.2.1, RFC 3581 4).
    pub fn stamp_top_via(&mut self, stamp: ViaStamp) {
        let via = FieldName::Known(HeaderName::Via);
        if let Some(received) = stamp.received {
            self.set_param(via, "received", Value::Address(received));
        }
        if let Some(rport) = stamp.rport {
            self.set_param(via, "rport", Value::Number(u32::from(rport)));
        }
    }

    /// Appends the message as edited to `out`.
    pub fn write_into(&self, out: &mut Vec<u8>) {
        let octets = &self.message.octets;
        out.reserve(octets.len() + 256);
        let mut copied = self.write_start_line(out);
        let patches = self.patches.as_slice();
        let mut next = 0;
        while let Some(patch) = patches.get(next) {
            let row = self.rows().get(usize::from(patch.row));
            let start = row.map_or(self.rows_end(), |row| usize::from(row.start));
            if copied < start {
                out.extend_from_slice(&octets[copied..start]);
                copied = start;
            }
            let params = next + 1..self.group_end(next);
            match (patch.change, row) {
                (Change::Insert { name, value }, _) => {
                    write_inserted(name, value, &patches[params.clone()], out);
                }
                (change, Some(row)) => {
                    self.write_changed(row, change, &patches[params.clone()], out);
                    copied = usize::from(row.end);
                }
                (_, None) => unreachable!("only insertions stand behind the last row"),
            }
            next = params.end;
        }
        out.extend_from_slice(&octets[copied..]);
    }

    /// Writes the start line; returns where the header fields begin.
    fn write_start_line(&self, out: &mut Vec<u8>) -> usize {
        let end = self.rows().first().map_or(self.rows_end(), |row| usize::from(row.start));
        match (self.uri, self.message.start_line()) {
            (Some(uri), StartLine::Request { method, .. }) => {
                method.compose(out);
                out.push(b' ');
                uri.compose(out);
                out.extend_from_slice(b" SIP/2.0\r\n");
            }
            _ => out.extend_from_slice(&self.message.octets[usize::from(self.message.index.first)..end]),
        }
        end
    }

    /// Writes an original row that is changed.
    fn write_changed(&self, row: &RowSpan, change: Change<'e>, params: &[Patch<'e>], out: &mut Vec<u8>) {
        let octets = &self.message.octets;
        let (start, end) = (usize::from(row.value_start), usize::from(row.value_end));
        if matches!(change, Change::Drop) {
            return;
        }
        out.extend_from_slice(&octets[usize::from(row.start)..start]);
        let from = out.len();
        match change {
            Change::Replace(value) => value.compose(out),
            Change::Begin(begin) => out.extend_from_slice(&octets[usize::from(begin)..end]),
            Change::Keep => out.extend_from_slice(&octets[start..end]),
            Change::Drop | Change::Insert { .. } | Change::Param { .. } => {
                unreachable!("a row is kept, replaced or shortened here")
            }
        }
        write_params(params, from, out);
        out.extend_from_slice(&octets[end..usize::from(row.end)]);
    }

    fn rows(&self) -> &'e [RowSpan] {
        &self.message.index.rows
    }

    /// Where the empty line behind the header fields begins.
    fn rows_end(&self) -> usize {
        self.rows()
            .last()
            .map_or(usize::from(self.message.index.body).saturating_sub(2), |row| usize::from(row.end))
    }

    /// The topmost row of `name`.
    fn top(&self, name: FieldName<'_>) -> Option<Place> {
        let patches = self.patches.as_slice();
        let original = (0..self.rows().len()).find(|&row| self.is_row(row, name));
        let inserted = patches.iter().position(|patch| inserts(patch, name));
        match (inserted, original) {
            (Some(index), Some(row)) if usize::from(patches[index].row) > row => Some(Place::Original(row)),
            (Some(index), _) => Some(Place::Inserted(index)),
            (None, row) => row.map(Place::Original),
        }
    }

    /// The last row of `name`.
    fn bottom(&self, name: FieldName<'_>) -> Option<Place> {
        let patches = self.patches.as_slice();
        let original = (0..self.rows().len()).rev().find(|&row| self.is_row(row, name));
        let inserted = patches.iter().rposition(|patch| inserts(patch, name));
        match (inserted, original) {
            (Some(index), Some(row)) if usize::from(patches[index].row) <= row => Some(Place::Original(row)),
            (Some(index), _) => Some(Place::Inserted(index)),
            (None, row) => row.map(Place::Original),
        }
    }

    /// Whether the original row is there and has this name.
    fn is_row(&self, row: usize, name: FieldName<'_>) -> bool {
        self.message.is_named(&self.rows()[row], name) && self.is_live(row)
    }

    fn is_live(&self, row: usize) -> bool {
        !matches!(self.own_change(row), Some((_, Change::Drop)))
    }

    /// What becomes of the original row itself, and at which index that stands.
    fn own_change(&self, row: usize) -> Option<(usize, Change<'e>)> {
        let index = self.own_patch_from(row);
        let patch = self.patches.as_slice().get(index)?;
        (usize::from(patch.row) == row).then_some((index, patch.change))
    }

    /// The index of the first patch that belongs to `row` or to a later one.
    fn patch_from(&self, row: usize) -> usize {
        let patches = self.patches.as_slice();
        patches.iter().position(|patch| usize::from(patch.row) >= row).unwrap_or(patches.len())
    }

    /// The index behind all that is inserted before `row`.
    fn own_patch_from(&self, row: usize) -> usize {
        let patches = self.patches.as_slice();
        let mut index = self.patch_from(row);
        while patches
            .get(index)
            .is_some_and(|patch| usize::from(patch.row) == row && patch.change.is_insert())
        {
            index = self.group_end(index);
        }
        index
    }

    /// The index behind the patch at `index` and the parameters that belong to it.
    fn group_end(&self, index: usize) -> usize {
        let patches = self.patches.as_slice();
        let row = patches[index].row;
        let is_its_param = |patch: &&Patch<'_>| patch.row == row && patch.change.is_param();
        index + 1 + patches[index + 1..].iter().take_while(is_its_param).count()
    }

    fn insert_top(&mut self, name: FieldName<'e>, value: Value<'e>) {
        let (index, row) = match self.top(name) {
            Some(Place::Inserted(index)) => (index, self.patches.as_slice()[index].row),
            Some(Place::Original(row)) => (self.own_patch_from(row), row as u16),
            None => (0, 0),
        };
        self.patches.insert(index, Patch { row, change: Change::Insert { name, value } });
    }

    fn remove(&mut self, place: Place) {
        match place {
            Place::Inserted(index) => {
                let end = self.group_end(index);
                self.patches.remove(index, end - index);
            }
            Place::Original(row) => self.change_row(row, Change::Drop),
        }
    }

    /// Makes `change` what becomes of the original row; what was to become of it is forgotten.
    fn change_row(&mut self, row: usize, change: Change<'e>) {
        let index = self.own_patch_from(row);
        let patches = self.patches.as_slice();
        let old = patches[index..].iter().take_while(|patch| usize::from(patch.row) == row).count();
        self.patches.remove(index, old);
        self.patches.insert(index, Patch { row: row as u16, change });
    }

    fn replace_by(&mut self, name: FieldName<'e>, value: Value<'e>) {
        let Some(top) = self.top(name) else { return self.insert_top(name, value) };
        match top {
            Place::Inserted(index) => {
                let count = self.group_end(index) - index - 1;
                self.patches.remove(index + 1, count);
                self.patches.as_mut_slice()[index].change = Change::Insert { name, value };
            }
            Place::Original(row) => self.change_row(row, Change::Replace(value)),
        }
        while let Some(bottom) = self.bottom(name).filter(|bottom| *bottom != top) {
            self.remove(bottom);
        }
    }

    fn set_param(&mut self, name: FieldName<'e>, param: &'e str, value: Value<'e>) {
        let (first, row) = match self.top(name) {
            Some(Place::Inserted(index)) => (index + 1, self.patches.as_slice()[index].row),
            Some(Place::Original(row)) => match self.own_change(row) {
                Some((index, _)) => (index + 1, row as u16),
                None => {
                    self.change_row(row, Change::Keep);
                    (self.own_patch_from(row) + 1, row as u16)
                }
            },
            None => return,
        };
        let patches = self.patches.as_slice();
        let known = patches[first..].iter().take_while(|patch| patch.row == row && patch.change.is_param());
        let index = first + known.count();
        self.patches.insert(index, Patch { row, change: Change::Param { name: param, value } });
    }

    /// The original row at `place` and where in the message its second value begins, `None` when it has no second.
    fn second_value(&self, place: Place, name: FieldName<'_>) -> Option<(usize, u16)> {
        let (Place::Original(row), FieldName::Known(name)) = (place, name) else { return None };
        let span = &self.rows()[row];
        let start = match self.own_change(row) {
            Some((_, Change::Begin(begin))) => usize::from(begin),
            Some((_, Change::Replace(_))) => return None,
            _ => usize::from(span.value_start),
        };
        let list = name.is_list().then(|| &self.message.octets[start..usize::from(span.value_end)])?;
        second_value(list).map(|offset| (row, (start + offset) as u16))
    }
}

impl Message<'_> {
    /// The topmost value of the list header field `name` as received, `None` when there is none.
    #[must_use]
    pub fn top_value(&self, name: HeaderName) -> Option<&[u8]> {
        let value = self.value(name)?;
        Some(if name.is_list() { first_value(value) } else { value })
    }
}

/// Whether `patch` inserts a row of `name`.
fn inserts(patch: &Patch<'_>, name: FieldName<'_>) -> bool {
    matches!(patch.change, Change::Insert { name: inserted, .. } if inserted == name)
}

/// Writes a row that was put in.
fn write_inserted(name: FieldName<'_>, value: Value<'_>, params: &[Patch<'_>], out: &mut Vec<u8>) {
    name.as_str().compose(out);
    out.extend_from_slice(b": ");
    let from = out.len();
    value.compose(out);
    write_params(params, from, out);
    out.extend_from_slice(b"\r\n");
}

/// Sets `params` in the value that begins at `out[from]` and ends with `out`.
fn write_params(params: &[Patch<'_>], from: usize, out: &mut Vec<u8>) {
    for patch in params {
        if let Change::Param { name, value } = &patch.change {
            set_param(out, from, name, |out| value.compose(out));
        }
    }
}

impl std::fmt::Debug for Edit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = Vec::new();
        self.write_into(&mut out);
        write!(f, "Edit({:?})", String::from_utf8_lossy(&out))
    }
}
