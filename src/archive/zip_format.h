#pragma once
// Numbers of the ZIP format (PKWARE's APPNOTE.TXT, sections 4.3 and 4.5) that reader and writer share.

#include <cstdint>

namespace wick::archive::zip {

inline constexpr uint32_t kLocalSignature = 0x04034b50;
inline constexpr uint32_t kDescriptorSignature = 0x08074b50;
inline constexpr uint32_t kCentralSignature = 0x02014b50;
inline constexpr uint32_t kEndSignature = 0x06054b50;
inline constexpr uint32_t kEnd64Signature = 0x06064b50;
inline constexpr uint32_t kLocator64Signature = 0x07064b50;

inline constexpr uint64_t kLocalHeaderSize = 30;
inline constexpr uint64_t kCentralHeaderSize = 46;
inline constexpr uint64_t kEndSize = 22;
inline constexpr uint64_t kEnd64Size = 56;
inline constexpr uint64_t kLocator64Size = 20;
inline constexpr uint64_t kMaxComment = 0xffff;

inline constexpr uint16_t kFlagEncrypted = 1u << 0;
inline constexpr uint16_t kFlagDescriptor = 1u << 3;
inline constexpr uint16_t kFlagUtf8 = 1u << 11;
inline constexpr uint16_t kMethodStored = 0;
inline constexpr uint16_t kMethodDeflated = 8;
inline constexpr uint16_t kExtraZip64 = 0x0001;
/// A 32-bit field that holds this has its value in the zip64 extra field.
inline constexpr uint32_t kInZip64 = 0xffffffff;

inline constexpr uint64_t kDataAlignment = 64;

}  // namespace wick::archive::zip
