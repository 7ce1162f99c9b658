//! The first octet of each instruction (RFC 3320 9, figure 11).

/// DECOMPRESSION-FAILURE
pub const DECOMPRESSION_FAILURE: u8 = 0;
/// AND ($operand_1, %operand_2)
pub const AND: u8 = 1;
/// OR ($operand_1, %operand_2)
pub const OR: u8 = 2;
/// NOT ($operand_1)
pub const NOT: u8 = 3;
/// LSHIFT ($operand_1, %operand_2)
pub const LSHIFT: u8 = 4;
/// RSHIFT ($operand_1, %operand_2)
pub const RSHIFT: u8 = 5;
/// ADD ($operand_1, %operand_2)
pub const ADD: u8 = 6;
/// SUBTRACT ($operand_1, %operand_2)
pub const SUBTRACT: u8 = 7;
/// MULTIPLY ($operand_1, %operand_2)
pub const MULTIPLY: u8 = 8;
/// DIVIDE ($operand_1, %operand_2)
pub const DIVIDE: u8 = 9;
/// REMAINDER ($operand_1, %operand_2)
pub const REMAINDER: u8 = 10;
/// SORT-ASCENDING (%start, %n, %k)
pub const SORT_ASCENDING: u8 = 11;
/// SORT-DESCENDING (%start, %n, %k)
pub const SORT_DESCENDING: u8 = 12;
/// SHA-1 (%position, %length, %destination)
pub const SHA_1: u8 = 13;
/// LOAD (%address, %value)
pub const LOAD: u8 = 14;
/// MULTILOAD (%address, #n, %value_0, …)
pub const MULTILOAD: u8 = 15;
/// PUSH (%value)
pub const PUSH: u8 = 16;
/// POP (%address)
pub const POP: u8 = 17;
/// COPY (%position, %length, %destination)
pub const COPY: u8 = 18;
/// COPY-LITERAL (%position, %length, $destination)
pub const COPY_LITERAL: u8 = 19;
/// COPY-OFFSET (%offset, %length, $destination)
pub const COPY_OFFSET: u8 = 20;
/// MEMSET (%address, %length, %start_value, %offset)
pub const MEMSET: u8 = 21;
/// JUMP (@address)
pub const JUMP: u8 = 22;
/// COMPARE (%value_1, %value_2, @address_1, @address_2, @address_3)
pub const COMPARE: u8 = 23;
/// CALL (@address)
pub const CALL: u8 = 24;
/// RETURN
pub const RETURN: u8 = 25;
/// SWITCH (#n, %j, @address_0, …)
pub const SWITCH: u8 = 26;
/// CRC (%value, %position, %length, @address)
pub const CRC: u8 = 27;
/// INPUT-BYTES (%length, %destination, @address)
pub const INPUT_BYTES: u8 = 28;
/// INPUT-BITS (%length, %destination, @address)
pub const INPUT_BITS: u8 = 29;
/// INPUT-HUFFMAN (%destination, @address, #n, %bits_1, %lower_bound_1, %upper_bound_1, %uncompressed_1, …)
pub const INPUT_HUFFMAN: u8 = 30;
/// STATE-ACCESS (%partial_identifier_start, %partial_identifier_length, %state_begin, %state_length, %state_address,
/// %state_instruction)
pub const STATE_ACCESS: u8 = 31;
/// STATE-CREATE (%state_length, %state_address, %state_instruction, %minimum_access_length,
/// %state_retention_priority)
pub const STATE_CREATE: u8 = 32;
/// STATE-FREE (%partial_identifier_start, %partial_identifier_length)
pub const STATE_FREE: u8 = 33;
/// OUTPUT (%output_start, %output_length)
pub const OUTPUT: u8 = 34;
/// END-MESSAGE (%requested_feedback_location, %returned_parameters_location, %state_length, %state_address,
/// %state_instruction, %minimum_access_length, %state_retention_priority)
pub const END_MESSAGE: u8 = 35;
