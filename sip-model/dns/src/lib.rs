//! The Domain Name System as far as SIP needs it: wire format, zones, an authoritative server and a caching resolver.
