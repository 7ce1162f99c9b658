//! Rows that live and die, addressed by place and generation.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::token::MAX_GENERATION;

/// The place of a row and the generation of its tenant: an identity that is never given twice (up to 2^30 tenants of
/// one place).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row {
    pub(crate) place: u32,
    pub(crate) generation: u32,
}

/// Tenants in rows that are used again.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { rows: Vec::new(), free: Vec::new() }
    }
}

impl<T> Table<T> {
    /// How many tenants there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() - self.free.len()
    }

    /// Gives `tenant` a row.
    pub(crate) fn insert(&mut self, tenant: T) -> Row {
        let place = self.free.pop().unwrap_or_else(|| {
            self.rows.push((0, None));
            u32::try_from(self.rows.len() - 1).expect("the owner bounds the table")
        });
        let row = &mut self.rows[place as usize];
        row.1 = Some(tenant);
        Row { place, generation: row.0 }
    }

    /// The row that the next tenant will get.
    pub(crate) fn next_row(&self) -> Row {
        let place = self.free.last().copied().unwrap_or(self.rows.len() as u32);
        Row { place, generation: self.rows.get(place as usize).map_or(0, |row| row.0) }
    }

    /// The row at `place` with its present tenant, `None` when it is empty.
    pub(crate) fn row_at(&self, place: u32) -> Option<Row> {
        let (generation, tenant) = self.rows.get(place as usize)?;
        tenant.as_ref().map(|_| Row { place, generation: *generation })
    }

    /// The tenant of `row`, `None` when it is gone.
    pub(crate) fn tenant(&self, row: Row) -> Option<&T> {
        let (generation, tenant) = self.rows.get(row.place as usize)?;
        tenant.as_ref().filter(|_| *generation == row.generation)
    }

    /// The tenant of `row`, `None` when it is gone.
    pub(crate) fn tenant_mut(&mut self, row: Row) -> Option<&mut T> {
        let (generation, tenant) = self.rows.get_mut(row.place as usize)?;
        tenant.as_mut().filter(|_| *generation == row.generation)
    }

    /// Takes the tenant out; its row is given to another generation.
    pub(crate) fn remove(&mut self, row: Row) -> Option<T> {
        let (generation, tenant) = self.rows.get_mut(row.place as usize)?;
        if *generation != row.generation {
            return None;
        }
        let tenant = tenant.take()?;
        *generation = (*generation + 1) & MAX_GENERATION;
        self.free.push(row.place);
        Some(tenant)
    }

    /// All rows with a tenant, by place.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Row, &T)> {
        self.rows.iter().zip(0..).filter_map(|((generation, tenant), place)| {
            tenant.as_ref().map(|tenant| (Row { place, generation: *generation }, tenant))
        })
    }

    /// Takes all tenants out. Their generations do not come back.
    pub(crate) fn clear(&mut self) {
        let rows: Vec<Row> = self.rows().map(|(row, _)| row).collect();
        for row in rows {
            self.remove(row);
        }
    }
}

/// Finds a row by a key that is a good hash already. It is never iterated, so its order is nobody's business.
pub(crate) type Index<K> = HashMap<K, Row, BuildHasherDefault<KeyHasher>>;

/// Folds the words of a key that was hashed when it was made.
#[derive(Debug, Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        for octet in rest {
            self.write_u64(u64::from(*octet));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = self.0.rotate_left(7) ^ word;
    }

    fn write_usize(&mut self, _: usize) {
        // The length of a key, the same for all.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_used_again_has_another_generation() {
        let mut table = Table::default();
        let first = table.insert('a');
        assert_eq!(table.remove(first), Some('a'));
        let announced = table.next_row();
        let second = table.insert('b');
        assert_eq!((announced, table.row_at(second.place)), (second, Some(second)));
        assert_eq!(first.place, second.place);
        assert_eq!((table.tenant(first), table.tenant(second)), (None, Some(&'b')));
        assert_eq!(table.remove(first), None);
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn clearing_forgets_the_tenants_but_not_the_generations() {
        let mut table = Table::default();
        let rows = [table.insert(1), table.insert(2)];
        table.clear();
        assert_eq!(table.len(), 0);
        table.insert(3);
        table.insert(4);
        assert!(rows.iter().all(|&row| table.tenant(row).is_none()));
    }
}
