#pragma once
// Compressed bytes: DEFLATE (RFC 1951), bare as ZIP archives have it, or between the header and trailer of gzip (RFC
// 1952).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wick::archive {

enum class DeflateFormat { bare, gzip };

/// The bytes, `size` of them, that were compressed; nothing when the data are damaged or become another number of
/// bytes.
std::optional<std::string> inflated(std::string_view data, uint64_t size, DeflateFormat format);
/// The text compressed, bare; it must be shorter than 4 GB.
std::string deflated(std::string_view text);
/// CRC-32 as ZIP and gzip have it.
uint32_t checksum(std::string_view bytes);

}  // namespace wick::archive
