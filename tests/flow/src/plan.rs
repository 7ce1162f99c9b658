//! What a flow is made of before it begins: hosts, links, and who is who.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use sim_api::Fault;
use sim_net::{LinkSpec, NodeId};
use sip::timers::TimerSet;

use crate::role::{ProxyPlan, Role, UserPlan};

/// The description of a network.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) version: IpVersion,
    pub(crate) one_way: Duration,
    pub(crate) timers: TimerSet,
    /// Timers of single pairs of hosts.
    pub(crate) pair_timers: Vec<(usize, usize, TimerSet)>,
    /// In the order of the lanes; the index is that of the network's node.
    pub(crate) hosts: Vec<Host>,
    pub(crate) links: Vec<LinkSpec>,
    /// What breaks before the flow begins.
    pub(crate) faults: Vec<Fault>,
}

/// A host.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// Which addresses the hosts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpVersion {
    V4,
    V6,
}

/// More hosts do not fit the documentation network of IPv4 (RFC 5737).
const HOSTS_MAX: usize = 254;

/// The port of every entity.
const PORT: u16 = 5060;

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            seed: 1,
            version: IpVersion::V4,
            one_way: Duration::from_millis(10),
            timers: TimerSet::RFC3261,
            pair_timers: Vec::new(),
            hosts: Vec::new(),
            links: Vec::new(),
            faults: Vec::new(),
        }
    }
}

impl Plan {
    /// A row of hosts: the ends are user agents, those between are proxies.
    ///
    /// # Panics
    /// With fewer than two names, as with names that a host cannot have.
    pub(crate) fn row(names: &[String]) -> Plan {
        assert!(names.len() >= 2, "a flow joins two user agents at least");
        let mut plan = Plan::default();
        for (place, name) in names.iter().enumerate() {
            let is_end = place == 0 || place + 1 == names.len();
            let role =
                if is_end { Role::User(UserPlan::default()) } else { Role::Proxy(ProxyPlan::default()) };
            plan.add(name, role);
        }
        (1..names.len()).for_each(|place| plan.join(place - 1, place));
        plan
    }

    /// A proxy with user agents around it; its lane is the second.
    ///
    /// # Panics
    /// Without a user agent, as with names that a host cannot have.
    pub(crate) fn star(centre: &str, leaves: &[String]) -> Plan {
        let (first, others) = leaves.split_first().expect("a star has a user agent at least");
        let mut plan = Plan::default();
        plan.add(first, Role::User(UserPlan::default()));
        plan.add(centre, Role::Proxy(ProxyPlan::default()));
        for leaf in others {
            plan.add(leaf, Role::User(UserPlan::default()));
        }
        (0..plan.hosts.len()).filter(|host| *host != 1).for_each(|leaf| plan.join(leaf, 1));
        plan
    }

    /// Adds a host behind all others; its index.
    ///
    /// # Panics
    /// When the name is taken or cannot be that of a user, or there are too many hosts.
    pub(crate) fn add(&mut self, name: &str, role: Role) -> usize {
        let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
        assert!(
            !name.is_empty() && name.bytes().all(is_plain),
            "the name {name:?} is not of letters, digits and -_."
        );
        assert!(self.hosts.iter().all(|host| host.name != name), "two hosts are named {name:?}");
        assert!(self.hosts.len() < HOSTS_MAX, "more than {HOSTS_MAX} hosts");
        self.hosts.push(Host { name: name.to_owned(), role });
        self.hosts.len() - 1
    }

    /// Links two hosts.
    pub(crate) fn join(&mut self, one: usize, other: usize) {
        let name = format!("{}-{}", self.hosts[one].name, self.hosts[other].name);
        let ends = LinkSpec::between(name, NodeId::from_index(one), NodeId::from_index(other));
        self.links.push(LinkSpec { propagation: self.one_way, ..ends });
    }

    /// The index of the host called `name`.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub(crate) fn host(&self, name: &str) -> usize {
        let found = self.hosts.iter().position(|host| host.name == name);
        found.unwrap_or_else(|| panic!("no host is called {name:?}; there are {}", self.host_names()))
    }

    /// The index of the link between two hosts, in either direction.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub(crate) fn link(&self, one: &str, other: &str) -> usize {
        let ends = [self.host(one), self.host(other)].map(NodeId::from_index);
        let joins =
            |link: &LinkSpec| [link.ends.0, link.ends.1] == ends || [link.ends.1, link.ends.0] == ends;
        let found = self.links.iter().position(joins);
        found.unwrap_or_else(|| {
            let names: Vec<&str> = self.links.iter().map(|link| link.name.as_str()).collect();
            panic!("no link joins {one:?} and {other:?}; there are {}", names.join(", "))
        })
    }

    /// The address of a host.
    pub(crate) fn address(&self, host: usize) -> SocketAddr {
        let number = u8::try_from(host + 1).expect("there are at most 254 hosts");
        let address: IpAddr = match self.version {
            IpVersion::V4 => Ipv4Addr::new(192, 0, 2, number).into(),
            IpVersion::V6 => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number.into()).into(),
        };
        SocketAddr::new(address, PORT)
    }

    fn host_names(&self) -> String {
        self.hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}
