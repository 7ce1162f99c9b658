//! How large an experiment may be. Each limit is far above any sensible experiment and far below what would exhaust a
//! machine before the first result.

/// Subscribers of all groups together.
pub const SUBSCRIBERS_MAX: u64 = 10_000_000;
/// Groups of subscribers.
pub const GROUPS_MAX: usize = 1_000;
/// Named agents.
pub const AGENTS_MAX: usize = 1_000;
/// Name servers and resolvers.
pub const NAME_HOSTS_MAX: usize = 1_000;
/// Zones and their records.
pub const RECORDS_MAX: usize = 100_000;
/// Cells of the plan.
pub const CELLS_MAX: u64 = 4_096;
/// Replications of a cell.
pub const REPLICATIONS_MAX: u32 = 10_000;
/// Cells × replications.
pub const RUNS_MAX: u64 = 100_000;
/// Expected calls of one run, warm-up included.
pub const CALLS_MAX: f64 = 1e8;
/// Calls of a script.
pub const SCRIPTED_CALLS_MAX: usize = 100_000;
/// Faults.
pub const FAULTS_MAX: usize = 10_000;
/// Trials of one run of a loss probe.
pub const TRIALS_MAX: u64 = 100_000_000;
/// Messages of an exchange.
pub const EXCHANGED_MESSAGES_MAX: usize = 1_000;
/// Measured clients of one run of a failover probe.
pub(super) const FAILOVER_TRIALS_MAX: u32 = 10_000;
/// Servers of a failover probe: as many as a client looks up.
pub(super) const FARM_MAX: u32 = 16;
/// Jobs of one run of a queue probe.
pub const JOBS_MAX: u64 = 10_000_000_000;
/// Processors in all.
pub const CORES_MAX: u32 = 100_000;
/// Waiting places in all.
pub const QUEUE_MAX: u32 = 100_000_000;
