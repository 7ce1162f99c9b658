//! IP packets, links, loss, routing and fragmentation.
