//! Signalling compression as RFC 3320 defines it: the universal decompressor virtual machine, its state, and
//! compressors that bring their own bytecode.
