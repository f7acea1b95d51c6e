#pragma once
// Damage inside an archive: a container with right checksums around one changed record, so that the changes reach what
// reads the record.

#include <functional>
#include <string>
#include <string_view>

namespace wick::fuzz {

/// The archive again with record number `choice` (modulo their count) replaced by what `change` makes of it; "" when
/// the bytes are no archive.
std::string with_changed_record(std::string_view archive, size_t choice,
                                const std::function<std::string(std::string_view record)>& change);

}  // namespace wick::fuzz
