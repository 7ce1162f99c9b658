//! Configuring a flow before it begins.

use std::time::Duration;

use sim_net::LinkSpec;
use sip::timers::TimerSet;

use crate::flow::Flow;
use crate::plan::{IpVersion, Plan};
use crate::role::{ProxyPlan, RedirectPlan, Role, UserPlan};

/// Configuration: before the first order or run.
impl Flow {
    /// A row of hosts, each linked to the next: the ends are user agents, those between are stateful proxies. The names
    /// decide nothing.
    ///
    /// The home of a user, and its outbound proxy, is the nearest proxy. A proxy sends requests for its own users to
    /// their bindings, and all others to the next proxy on the way to the user's home; a user agent without a proxy
    /// sends to the callee itself.
    ///
    /// # Panics
    /// With fewer than two names, equal ones, more than 254, or names that are not of letters, digits and `-_.`.
    #[must_use]
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Flow {
        Flow::of(Plan::row(&owned(names)))
    }

    /// A proxy called `centre` with user agents around it. Its lane in ladders is the second.
    ///
    /// # Panics
    /// Without a user agent, and with names that [`Flow::new`] refuses.
    #[must_use]
    pub fn star<N: AsRef<str>>(centre: &str, users: impl IntoIterator<Item = N>) -> Flow {
        Flow::of(Plan::star(centre, &owned(users)))
    }

    /// The same network with another user agent, linked to the host called `at`; its lane is the last.
    ///
    /// # Panics
    /// When the name is taken or impossible, or there is no host `at`.
    #[must_use]
    #[track_caller]
    pub fn with_user(mut self, name: &str, at: &str) -> Flow {
        let plan = self.planning();
        let at = plan.host(at);
        let user = plan.add(name, Role::User(UserPlan::default()));
        plan.join(user, at);
        self
    }

    /// The same network with an IP router that is linked to each of `neighbours`. It speaks no SIP and has no lane.
    ///
    /// # Panics
    /// When the name is taken or impossible, or a neighbour does not exist.
    #[must_use]
    #[track_caller]
    pub fn with_router<N: AsRef<str>>(mut self, name: &str, neighbours: impl IntoIterator<Item = N>) -> Flow {
        let plan = self.planning();
        let router = plan.add(name, Role::Router);
        for neighbour in neighbours {
            let neighbour = plan.host(neighbour.as_ref());
            plan.join(neighbour, router);
        }
        self
    }

    /// The same network with a redirect server for the users of `domain`, linked to the host called `at`; its lane is the
    /// last. Proxies send requests for this domain there.
    ///
    /// # Panics
    /// When the name is taken or impossible, or there is no host `at`.
    #[must_use]
    #[track_caller]
    pub fn with_redirect_server(
        mut self,
        name: &str,
        at: &str,
        domain: &str,
        change: impl FnOnce(RedirectPlan) -> RedirectPlan,
    ) -> Flow {
        let plan = self.planning();
        let at = plan.host(at);
        let server = plan.add(name, Role::Redirect(change(RedirectPlan::of(domain))));
        plan.join(server, at);
        self
    }

    /// The same network with a host that does nothing but what the test says: see [`Flow::peer`]. It is linked to the host
    /// called `at`; its lane is the last.
    ///
    /// # Panics
    /// When the name is taken or impossible, or there is no host `at`.
    #[must_use]
    #[track_caller]
    pub fn with_peer(mut self, name: &str, at: &str) -> Flow {
        let plan = self.planning();
        let at = plan.host(at);
        let peer = plan.add(name, Role::Peer);
        plan.join(peer, at);
        self
    }

    /// The propagation delay of every link; 10 ms unless told otherwise. [`Flow::link`] and `delay` of [`Flow::between`] change
    /// single links after that.
    #[must_use]
    #[track_caller]
    pub fn one_way(mut self, delay: Duration) -> Flow {
        let plan = self.planning();
        plan.one_way = delay;
        plan.links.iter_mut().for_each(|link| link.propagation = delay);
        self
    }

    /// The seed of all random draws; 1 unless told otherwise.
    #[must_use]
    #[track_caller]
    pub fn seed(mut self, seed: u64) -> Flow {
        self.planning().seed = seed;
        self
    }

    /// IPv6 addresses, `2001:db8::1` and so on.
    #[must_use]
    #[track_caller]
    pub fn ipv6(mut self) -> Flow {
        self.planning().version = IpVersion::V6;
        self
    }

    /// The protocol timers of all entities; RFC 3261's unless told otherwise.
    #[must_use]
    #[track_caller]
    pub fn timers(mut self, timers: TimerSet) -> Flow {
        self.planning().timers = timers;
        self
    }

    /// The protocol timers that two neighbours use towards each other.
    ///
    /// # Panics
    /// When one of them does not exist.
    #[must_use]
    #[track_caller]
    pub fn timers_between(mut self, one: &str, other: &str, timers: TimerSet) -> Flow {
        let plan = self.planning();
        let pair = (plan.host(one), plan.host(other));
        plan.pair_timers.push((pair.0, pair.1, timers));
        self
    }

    /// Changes the link between two neighbours: its MTU, rate, jitter, loss and so on.
    ///
    /// # Panics
    /// When no link joins them.
    #[must_use]
    #[track_caller]
    pub fn link(mut self, one: &str, other: &str, change: impl FnOnce(&mut LinkSpec)) -> Flow {
        let plan = self.planning();
        let link = plan.link(one, other);
        change(&mut plan.links[link]);
        self
    }

    /// Changes what a user agent does on its own.
    ///
    /// # Panics
    /// When no user agent has this name.
    #[must_use]
    #[track_caller]
    pub fn ua(mut self, name: &str, change: impl FnOnce(UserPlan) -> UserPlan) -> Flow {
        let plan = self.planning();
        let host = plan.host(name);
        let Role::User(user) = &mut plan.hosts[host].role else { panic!("{name:?} is no user agent") };
        *user = change(std::mem::take(user));
        self
    }

    /// Changes how a proxy works.
    ///
    /// # Panics
    /// When no proxy has this name.
    #[must_use]
    #[track_caller]
    pub fn proxy(mut self, name: &str, change: impl FnOnce(ProxyPlan) -> ProxyPlan) -> Flow {
        let plan = self.planning();
        let host = plan.host(name);
        let Role::Proxy(proxy) = &mut plan.hosts[host].role else { panic!("{name:?} is no proxy") };
        *proxy = change(std::mem::take(proxy));
        self
    }
}

fn owned<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Vec<String> {
    names.into_iter().map(|name| name.as_ref().to_owned()).collect()
}
