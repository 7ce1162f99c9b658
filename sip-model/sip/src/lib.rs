//! SIP as RFC 3261 defines it, without input or output.
